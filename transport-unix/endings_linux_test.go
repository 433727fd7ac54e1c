package unixtransport

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// TestConversation holds the life of a stream, frame by frame.
func TestConversation(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host})
	unused := mustOpen(t, s)
	unused.Close()
	st := mustOpen(t, s)
	mustWrite(t, st, []byte("hello"))
	theirs := peer.expectOpen(1)
	defer syscall.Close(theirs)
	buf := make([]byte, 16)
	if n, err := syscall.Read(theirs, buf); err != nil || string(buf[:n]) != "hello" {
		t.Fatalf("read %q, %v", buf[:n], err)
	}
	if _, err := syscall.Write(theirs, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	if got := string(mustRead(t, st, 2)); got != "hi" {
		t.Fatalf("read %q", got)
	}
	st.Close()
	if n, err := syscall.Read(theirs, buf); n != 0 || err != nil {
		t.Fatalf("after Close: %d bytes, %v, want the end", n, err)
	}
	peer.send(frames(newFrame(kindClosed, 1)))

	mine := peer.open(7)
	if _, err := syscall.Write(mine, []byte("!")); err != nil {
		t.Fatal(err)
	}
	accepted := mustAccept(t, s)
	mustRead(t, accepted, 1)
	accepted.Close()
	peer.expect("closing the peer's stream", newFrame(kindClosed, 7))
	s.Close()
	peer.expect("the end", newFrame(kindGoodbye, 0))
	if n, err := peer.link.Read(buf); n != 0 || err != io.EOF {
		t.Fatalf("after the goodbye: %d bytes, %v, want the end of the link", n, err)
	}
}

// TestGoodbye tells an orderly end from another one.
func TestGoodbye(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host})
	peer.send(frames(newFrame(kindGoodbye, 0)))
	if err := mustEnd(t, s); err != errGoodbye || !errors.Is(err, io.EOF) {
		t.Errorf("Err is %v, want %v", err, errGoodbye)
	}
	s, peer = newRawPeer(t, transport.Config{Side: transport.Host})
	peer.link.Close()
	if err := mustEnd(t, s); err == errGoodbye || !errors.Is(err, io.EOF) {
		t.Errorf("Err is %v, want another one that matches io.EOF", err)
	}
}

// TestEndWithoutReading has a peer that leaves with frames unread, which the
// kernel reports as a reset.
func TestEndWithoutReading(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host})
	st := mustOpen(t, s)
	mustWrite(t, st, []byte("x"))
	peer.link.Close()
	if err := mustEnd(t, s); !errors.Is(err, io.EOF) {
		t.Errorf("Err is %v, want one that matches io.EOF", err)
	}
	if _, err := st.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("Read: %v, want io.EOF", err)
	}
}

// TestLinkThatTakesNothing has a peer that only ends its reading.
func TestLinkThatTakesNothing(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host})
	peer.send(frames(newFrame(kindGoodbye, 0))[:3])
	must(t, peer.link.CloseRead())
	st := mustOpen(t, s)
	if _, err := st.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write: %v, want net.ErrClosed", err)
	}
	if err := mustEnd(t, s); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Err is %v, want one that matches io.ErrUnexpectedEOF", err)
	}
}

// TestDescendantHoldsACopy has somebody else hold a copy of this side's end, as a
// child does between its fork and its exec.
func TestDescendantHoldsACopy(t *testing.T) {
	host, plugin := sessionPair(t, transport.Config{})
	copyOf := func(raw syscall.RawConn) (fd int) {
		must(t, raw.Control(func(d uintptr) { fd, _ = syscall.Dup(int(d)) }))
		t.Cleanup(func() { syscall.Close(fd) })
		return fd
	}
	a, b := connect(t, host, plugin)
	copyOf(a.raw)
	a.Close()
	if _, err := b.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("Read after the peer's Close: %v, want io.EOF", err)
	}
	c, d := connect(t, host, plugin)
	copyOf(c.raw)
	copyOf(host.raw)
	host.Close()
	if err := mustEnd(t, plugin); !errors.Is(err, io.EOF) {
		t.Errorf("Err after the peer's Close is %v", err)
	}
	if _, err := d.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("Read after the end of the session: %v, want io.EOF", err)
	}
}

// TestLinkEndsBeforeItsStreams has the link end while somebody holds the other
// ends of the streams open: they end with it.
func TestLinkEndsBeforeItsStreams(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host})
	near := peer.open(1)
	st := mustAccept(t, s)
	if _, err := syscall.Write(near, []byte("last words")); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := st.Write(make([]byte, 16<<20))
		waiting <- err
	}()
	peer.link.Close()
	mustEnd(t, s)
	select {
	case err := <-waiting:
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write: %v, want net.ErrClosed", err)
		}
	case <-time.After(patience):
		t.Fatal("a Write goes on waiting after the end of the session")
	}
	if got, err := io.ReadAll(st); string(got) != "last words" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

// TestCloseToAPeerThatStandsStill fills the link of a peer that does not read it.
func TestCloseToAPeerThatStandsStill(t *testing.T) {
	for _, debug := range []bool{false, true} {
		before := descriptors(t)
		t.Run("", func(t *testing.T) {
			s, _ := newRawPeer(t, transport.Config{Side: transport.Host, MaxStreams: 2000, Debug: debug})
			if debug != (s.grace == 0) {
				t.Fatalf("with Debug %v there is a grace of %v", debug, s.grace)
			}
			var streams []*stream
			for {
				st := mustOpen(t, s)
				mustWrite(t, st, []byte("x")) // which never waits for the link
				streams = append(streams, st)
				s.out.mu.Lock()
				waiting := len(s.out.queue)
				s.out.mu.Unlock()
				if waiting > 20 {
					break
				}
			}
			for i, st := range streams {
				if i%2 == 0 {
					st.Close()
				}
			}
			closed := make(chan error, 1)
			go func() { closed <- s.Close() }()
			select {
			case err := <-closed:
				must(t, err)
			case <-time.After(patience):
				t.Fatal("Close waits for a peer that does not read")
			}
		})
		wantNoneLeft(t, before)
	}
}

// TestLinkThatWasFull lets the peer read at last: every frame is there, in order.
func TestLinkThatWasFull(t *testing.T) {
	const streams = 1000
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host, MaxStreams: streams})
	for range streams {
		mustWrite(t, mustOpen(t, s), []byte("x"))
	}
	for n := range streams {
		fd := peer.expectOpen(uint64(n + 1))
		if n, err := syscall.Read(fd, make([]byte, 2)); n != 1 || err != nil {
			t.Fatalf("stream %d: %d bytes, %v", n+1, n, err)
		}
		syscall.Close(fd)
	}
	s.Close()
	peer.expect("the end", newFrame(kindGoodbye, 0))
}

// TestCloseWhileTheReasonIsMissing has a peer that ends a stream and does not say
// why: nobody waits for that once the stream is closed here too.
func TestCloseWhileTheReasonIsMissing(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host})
	s.grace = time.Hour
	st := mustOpen(t, s)
	mustWrite(t, st, []byte("x"))
	syscall.Close(peer.expectOpen(1))
	results := make(chan error, 2)
	go func() {
		_, err := st.Read(make([]byte, 1))
		results <- err
	}()
	go func() {
		_, err := st.Write([]byte("x"))
		results <- err
	}()
	time.Sleep(10 * time.Millisecond) // likely both wait now
	st.Close()
	for range 2 {
		select {
		case err := <-results:
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%v, want net.ErrClosed", err)
			}
		case <-time.After(patience):
			t.Fatal("a call waits for a reason although the stream is closed")
		}
	}
}

// TestAnOpenThatWaitedFails has the system refuse to pass a descriptor when there
// is room on the link at last: only that stream ends.
func TestAnOpenThatWaitedFails(t *testing.T) {
	before := descriptors(t)
	t.Run("", func(t *testing.T) {
		s, peer := newRawPeer(t, transport.Config{Side: transport.Host, MaxStreams: 2})
		tries := 0
		s.out.attempt = func(p parcel, fd uintptr) error {
			switch tries++; tries {
			case 1: // so that it has to wait
				return syscall.EAGAIN
			case 2:
				return syscall.ETOOMANYREFS
			}
			return p.send(fd)
		}
		st := mustOpen(t, s)
		st.Write([]byte("x")) // may be faster
		_, err := st.Read(make([]byte, 1))
		wantLimit(t, "Read", err, "under way")
		st.Close()
		for range 2 { // it does not count any more
			mustWrite(t, mustOpen(t, s), []byte("x"))
		}
		syscall.Close(peer.expectOpen(2))
		syscall.Close(peer.expectOpen(3))
	})
	wantNoneLeft(t, before)
}

// TestMain is also the process that TestPeerIsKilled kills.
func TestMain(m *testing.M) {
	if os.Getenv("UNIXTRANSPORT_VICTIM") != "" {
		victim()
		return
	}
	// The runtime's own descriptors are made with the first file that it waits for, which
	// a test that counts descriptors would take for its own.
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
	os.Exit(m.Run())
}

// victim opens streams over descriptor 3, and waits.
func victim() {
	link, err := net.FileConn(os.NewFile(3, "link"))
	if err != nil {
		panic(err)
	}
	syscall.CloseOnExec(3)
	s, err := New().Session(link, transport.Config{Side: transport.Plugin})
	if err != nil {
		panic(err)
	}
	for range 3 {
		st, err := s.Open(context.Background())
		if err != nil {
			panic(err)
		}
		st.Write([]byte("last words"))
	}
	<-s.Done()
}

// TestPeerIsKilled kills the peer's process under calls that wait.
func TestPeerIsKilled(t *testing.T) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	theirs := os.NewFile(uintptr(fds[1]), "theirs")
	ours := os.NewFile(uintptr(fds[0]), "ours")
	link, err := net.FileConn(ours)
	must(t, err)
	ours.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "UNIXTRANSPORT_VICTIM=1")
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	theirs.Close()
	s := newSession(t, link, transport.Config{Side: transport.Host})
	results := make(chan error, 7)
	for range 3 {
		st := mustAccept(t, s)
		st.SetReadDeadline(time.Time{})
		mustRead(t, st, len("last words"))
		go func() {
			_, err := st.Read(make([]byte, 1))
			if err == io.EOF {
				err = net.ErrClosed
			}
			results <- err
		}()
		go func() {
			_, err := st.Write(make([]byte, 16<<20))
			results <- err
		}()
	}
	go func() {
		_, err := s.Accept(t.Context())
		results <- err
	}()
	must(t, cmd.Process.Kill())
	cmd.Wait()
	if err := mustEnd(t, s); !errors.Is(err, io.EOF) || err == errGoodbye {
		t.Errorf("Err is %v, want an end without a goodbye", err)
	}
	for range cap(results) {
		select {
		case err := <-results:
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("a call says %v, want io.EOF or net.ErrClosed", err)
			}
		case <-time.After(patience):
			t.Fatal("a call goes on waiting after the peer's process was killed")
		}
	}
}

// TestAllocations wants none for what is on the hot path.
func TestAllocations(t *testing.T) {
	host, plugin := sessionPair(t, transport.Config{})
	near, far := connect(t, host, plugin)
	buf := make([]byte, 64)
	if n := testing.AllocsPerRun(200, func() {
		near.Write(buf)
		io.ReadFull(far, buf)
		far.SetReadDeadline(time.Time{})
	}); n != 0 {
		t.Errorf("a Write, a Read and a SetReadDeadline allocate %v times, want 0", n)
	}
}
