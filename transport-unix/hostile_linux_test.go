package unixtransport

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// TestViolations sends what the protocol forbids, and wants the session to end
// with every descriptor closed.
func TestViolations(t *testing.T) {
	end := func(p *rawPeer) int { // of a pair, of which the other one goes too
		a, b := pair(p.t)
		p.t.Cleanup(func() { syscall.Close(a); syscall.Close(b) })
		return a
	}
	for _, tt := range []struct {
		name string
		send func(p *rawPeer)
		want string
	}{
		{"an unknown kind", func(p *rawPeer) { p.send(frames(newFrame(77, 1))) }, "unknown kind 77"},
		{"open without a descriptor", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1))) }, "without a descriptor"},
		{"open with two", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1)), end(p), end(p)) }, "more than one descriptor"},
		{"open with many", func(p *rawPeer) {
			var many []int
			for range 200 {
				many = append(many, end(p))
			}
			p.send(frames(newFrame(kindOpen, 1)), many...)
		}, "more than one descriptor"},
		{"two opens with two", func(p *rawPeer) {
			p.send(frames(newFrame(kindOpen, 1), newFrame(kindOpen, 2)), end(p), end(p))
		}, "more than one descriptor"},
		{"a descriptor with another frame", func(p *rawPeer) { p.open(1); p.send(frames(newFrame(kindClosed, 1)), end(p)) }, "CLOSED with a descriptor"},
		{"descending numbers", func(p *rawPeer) { p.open(5); p.open(5) }, "OPEN with the number 5 after the number 5"},
		{"closed for what is not open", func(p *rawPeer) { p.send(frames(newFrame(kindClosed, 1))) }, "CLOSED for stream 1, which is not open"},
		{"refused for what is not open", func(p *rawPeer) { p.send(frames(newFrame(kindRefused, 3))) }, "REFUSED for stream 3, which is not open"},
		{"a pipe", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1)), fileOf(p.t, pipeEnd)) }, "not a stream socket"},
		{"a file", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1)), fileOf(p.t, plainFile)) }, "not a stream socket"},
		{"a socket of packets", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1)), fileOf(p.t, packetSocket)) }, "not a stream socket"},
		{"a socket that listens", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1)), fileOf(p.t, listener)) }, "socket that is not"},
		{"a connection over TCP", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1)), fileOf(p.t, tcpConn)) }, "not one of an unnamed pair"},
		{"a connection to somebody else", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1)), fileOf(p.t, dialledSocket)) }, "not one of an unnamed pair"},
		{"a connection from somebody else", func(p *rawPeer) { p.send(frames(newFrame(kindOpen, 1)), fileOf(p.t, acceptedSocket)) }, "not one of an unnamed pair"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := descriptors(t)
			t.Run("", func(t *testing.T) {
				s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin})
				tt.send(peer)
				err := mustEnd(t, s)
				var broken *ProtocolError
				if !errors.As(err, &broken) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Err is %v, want a ProtocolError with %q", err, tt.want)
				}
				if _, err := io.ReadAll(peer.link); err != nil && !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("the link was not closed: %v", err)
				}
			})
			wantNoneLeft(t, before)
		})
	}
}

// The ways to get a descriptor that is not an end of a pair.
func pipeEnd(t *testing.T) []io.Closer {
	r, w, err := os.Pipe()
	must(t, err)
	return []io.Closer{r, w}
}

func plainFile(t *testing.T) []io.Closer {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	must(t, err)
	return []io.Closer{f}
}

func packetSocket(t *testing.T) []io.Closer {
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: filepath.Join(t.TempDir(), "s")})
	must(t, err)
	return []io.Closer{c}
}

func listener(t *testing.T) []io.Closer {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	must(t, err)
	return []io.Closer{l}
}

func tcpConn(t *testing.T) []io.Closer {
	a, b, err := dialled("tcp", "127.0.0.1:0")
	must(t, err)
	return []io.Closer{a, b}
}

func dialledSocket(t *testing.T) []io.Closer {
	a, b, err := dialled("unix", filepath.Join(t.TempDir(), "s"))
	must(t, err)
	return []io.Closer{a, b}
}

func acceptedSocket(t *testing.T) []io.Closer {
	c := dialledSocket(t)
	return []io.Closer{c[1], c[0]}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fileOf returns the descriptor of the first of what is made, all of which is
// closed at the end of the test.
func fileOf(t *testing.T, how func(*testing.T) []io.Closer) (fd int) {
	t.Helper()
	all := how(t)
	for _, c := range all {
		t.Cleanup(func() { c.Close() })
	}
	raw, err := all[0].(syscall.Conn).SyscallConn()
	must(t, err)
	must(t, raw.Control(func(d uintptr) { fd = int(d) }))
	return fd
}

// TestSurplus has a peer that opens more than it may.
func TestSurplus(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin, MaxStreams: 2})
	var ends [3]int
	for i := range ends {
		ends[i] = peer.open(uint64(i + 1))
	}
	peer.expect("the third", newFrame(kindRefused, 3))
	if n, err := syscall.Read(ends[2], make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("the refused stream gives %d bytes, %v, want its end", n, err)
	}
	first := mustAccept(t, s)
	first.Close()
	peer.expect("closing one", newFrame(kindClosed, 1))
	fourth := peer.open(4)
	mustAccept(t, s)
	mustWrite(t, mustAccept(t, s), []byte("x"))
	if n, err := syscall.Read(fourth, make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("after one was closed there is no room for another one: %d, %v", n, err)
	}
}

// TestFloodOfOpens has a peer that opens streams, and does not read the answers.
func TestFloodOfOpens(t *testing.T) {
	before := descriptors(t)
	t.Run("", func(t *testing.T) {
		s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin, MaxStreams: 1})
		for n := uint64(1); ; n++ {
			near, far := pair(t)
			_, _, err := peer.link.WriteMsgUnix(frames(newFrame(kindOpen, n)), syscall.UnixRights(far), nil)
			syscall.Close(near)
			syscall.Close(far)
			if err != nil {
				break // the session has ended
			}
		}
		if err := mustEnd(t, s); !errors.Is(err, errPeerStuck) {
			t.Errorf("Err is %v, want %v", err, errPeerStuck)
		}
	})
	wantNoneLeft(t, before)
}

// TestPeerKeepsItsCopy has a peer that lets the socket that it passed block.
func TestPeerKeepsItsCopy(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin})
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	near, far := fds[0], fds[1]
	defer syscall.Close(near)
	defer syscall.Close(far)
	peer.send(frames(newFrame(kindOpen, 1)), far)
	st := mustAccept(t, s)
	must(t, syscall.SetNonblock(far, false))

	results := make(chan error, 2)
	st.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	go func() {
		_, err := st.Read(make([]byte, 1))
		results <- err
	}()
	select {
	case err := <-results:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read: %v, want its deadline", err)
		}
	case <-time.After(patience):
		t.Fatal("Read waits in the kernel, past its deadline")
	}
	st.SetReadDeadline(time.Time{})
	go func() {
		_, err := st.Read(make([]byte, 1))
		results <- err
	}()
	go func() {
		_, err := st.Write(make([]byte, 16<<20))
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
			t.Fatal("Close does not end a call on a socket that the peer has let block")
		}
	}
	// The end is the socket's, not only that of one of its descriptors.
	if n, err := syscall.Write(far, []byte("x")); err != syscall.EPIPE {
		t.Errorf("the peer can write through its copy: %d, %v", n, err)
	}
}

// TestDescriptorsWithinAStream passes descriptors where there are only bytes.
func TestDescriptorsWithinAStream(t *testing.T) {
	before := descriptors(t)
	t.Run("", func(t *testing.T) {
		s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin})
		near := peer.open(1)
		st := mustAccept(t, s)
		for range 20 {
			a, b := pair(t)
			must(t, syscall.Sendmsg(near, []byte("hello"), syscall.UnixRights(a, b), nil, 0))
			syscall.Close(a)
			syscall.Close(b)
		}
		if got := string(mustRead(t, st, 100)); got != strings.Repeat("hello", 20) {
			t.Errorf("read %q", got)
		}
	})
	wantNoneLeft(t, before)
}

// TestTornFrame ends the link within a frame.
func TestTornFrame(t *testing.T) {
	before := descriptors(t)
	t.Run("", func(t *testing.T) {
		s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin})
		a, b := pair(t)
		peer.send(frames(newFrame(kindOpen, 1))[:5], a)
		syscall.Close(a)
		syscall.Close(b)
		peer.link.Close()
		if err := mustEnd(t, s); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Err is %v, want one that matches io.ErrUnexpectedEOF", err)
		}
	})
	wantNoneLeft(t, before)
}
