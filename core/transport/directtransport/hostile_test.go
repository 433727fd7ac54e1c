package directtransport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// TestViolations sends what the protocol forbids, after a stream 1 was opened by
// the peer and a stream 2 by the session.
func TestViolations(t *testing.T) {
	full, quarter := make([]byte, window/3), make([]byte, window/4)
	for _, tt := range []struct {
		name   string
		frames [][]byte
		want   string
	}{
		{"data for an unknown stream", [][]byte{data(9, []byte("x"))}, "DATA for stream 9, which is not open"},
		{"data for a stream that the peer does not know of", [][]byte{data(4, []byte("x"))}, "DATA for stream 4, which is not open"},
		{"close of an unknown stream", [][]byte{closing(9)}, "CLOSE for stream 9, which is not open"},
		{"credit for an unknown stream", [][]byte{appendCredit(nil, 9, 1)}, "CREDIT for stream 9, which is not open"},
		{"open with a number of ours", [][]byte{opening(8, []byte("x"))}, "belongs to the plugin"},
		{"open of what is open", [][]byte{opening(1, []byte("x"))}, "which is open"},
		{"data after close", [][]byte{closing(1), data(1, []byte("x"))}, "after its CLOSE"},
		{"credit after close", [][]byte{closing(1), appendCredit(nil, 1, 1)}, "after its CLOSE"},
		{"close after close", [][]byte{closing(1), closing(1)}, "second CLOSE"},
		{"refusal of the peer's own stream", [][]byte{appendHeader(nil, header{typ: typeRefuse, stream: 1})}, "which the peer itself opened"},
		{"no credit", [][]byte{appendCredit(nil, 2, 0)}, "CREDIT of 0 for stream 2: it has to be 1 at least"},
		{"credit beyond the window", [][]byte{appendCredit(nil, 2, maxWindow-window+2)}, "would be 1 more than is allowed"},
		{"endless credit", [][]byte{appendCredit(nil, 2, 1<<32-1)}, "CREDIT of 4294967295"},
		{"data beyond the window", [][]byte{data(1, full), data(1, full), data(1, full), data(1, full)}, "window has room for"},
		{"data beyond the window of a closed stream", [][]byte{data(2, quarter), data(2, quarter), data(2, quarter), data(2, quarter), data(2, []byte("x"))}, "window has room for 0"},
		{"an unknown type", [][]byte{unhex("07 000000 00000001")}, "unknown type 7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin})
			peer.send(opening(1, []byte("ab")))
			if strings.HasPrefix(tt.name, "data beyond the window of a closed") {
				st := mustOpen(t, s)
				st.Write([]byte("x"))
				st.Close()
			} else {
				mustOpen(t, s).Write([]byte("x"))
			}
			mustOpen(t, s) // 4, never announced
			peer.expect("an opening", opening(2, []byte("x")))
			// The session may end before the last frame is written.
			for _, f := range tt.frames {
				peer.link.Write(f)
			}
			err := mustEnd(t, s)
			var broken *ProtocolError
			if !errors.As(err, &broken) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Err is %v, want a ProtocolError with %q", err, tt.want)
			}
			if _, err := s.Open(context.Background()); !errors.Is(err, net.ErrClosed) || !errors.As(err, &broken) {
				t.Errorf("Open says %v, want an error that matches net.ErrClosed and the ProtocolError", err)
			}
		})
	}
}

// TestLateFramesAreDropped sends what may be under way while the session closes
// a stream.
func TestLateFramesAreDropped(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin})
	peer.send(opening(1, []byte("x")))
	st := mustAccept(t, s)
	if _, err := st.Write([]byte("y")); err != nil {
		t.Fatal(err)
	}
	st.Close()
	peer.expect("bytes and the close", append(data(1, []byte("y")), closing(1)...))
	full := make([]byte, window/3)
	peer.send(data(1, full), data(1, full), appendCredit(nil, 1, 1), data(1, full[:100]), closing(1))
	peer.send(opening(1, []byte("z"))) // the number is free now
	if got := mustRead(t, mustAccept(t, s), 1); string(got) != "z" {
		t.Fatalf("read %q", got)
	}
}

func TestEndsOfTheLink(t *testing.T) {
	for _, tt := range []struct {
		name  string
		bytes []byte
		want  error
	}{
		{"after a goodbye", golden[5].frame, io.EOF},
		{"without a goodbye", golden[0].frame, io.EOF},
		{"within a header", golden[0].frame[:5], io.ErrUnexpectedEOF},
		{"within a body", golden[0].frame[:10], io.ErrUnexpectedEOF},
		{"within a large body", data(1, make([]byte, window/2))[:40_000], io.ErrUnexpectedEOF},
		{"within a credit", golden[2].frame[:10], io.ErrUnexpectedEOF},
		{"at once", nil, io.EOF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin})
			if tt.name == "within a large body" || tt.name == "within a credit" {
				peer.send(opening(1, []byte("x")))
				mustAccept(t, s).Write([]byte("y"))
			}
			peer.send(tt.bytes)
			peer.link.(interface{ CloseWrite() error }).CloseWrite()
			if err := mustEnd(t, s); !errors.Is(err, tt.want) || errors.Is(err, io.EOF) != (tt.want == io.EOF) {
				t.Errorf("Err is %v, want one that matches %v", err, tt.want)
			}
		})
	}
}

// TestHostileFramesHoldLittleMemory fills all windows with frames of sizes that
// waste as much as they can, half read and refilled.
func TestHostileFramesHoldLittleMemory(t *testing.T) {
	const streams = 8
	for _, size := range []int{50, 1000, smallChunk + 1, directRead, directRead + 1, 2*directRead + 1, 40_000, 72 << 10, maxBody / 2} {
		s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin, MaxStreams: streams})
		go io.Copy(io.Discard, peer.link)
		body := make([]byte, size)
		var frames bytes.Buffer
		for id := uint32(1); id < 2*streams; id += 2 {
			frames.Write(opening(id, []byte("x")))
			for n := 1; n+size <= window; n += size {
				frames.Write(data(id, body))
			}
		}
		peer.send(frames.Bytes())
		frames.Reset()
		var all []*stream
		for range streams {
			st := mustAccept(t, s).(*stream)
			mustRead(t, st, window/2+1) // not at the border of a chunk
			all = append(all, st)
			for n := 0; n+size <= maxWindow-window/2; n += size { // the first credit makes the window larger
				frames.Write(data(st.id, body))
			}
		}
		peer.send(frames.Bytes())
		probe := all[0]
		probe.Close() // so that there is room, once all before has arrived
		peer.send(closing(probe.id), opening(101, []byte("!")))
		mustRead(t, mustAccept(t, s), 1)
		for _, st := range all[1:] {
			st.mu.Lock()
			held, unread := 0, st.recv.size
			for c := st.recv.head; c != nil; c = c.next {
				held += len(c.buf)
			}
			st.mu.Unlock()
			if held > maxWindow*3/2 || unread < maxWindow-window/2-size {
				t.Errorf("frames of %d bytes: a stream with %d bytes unread holds %d bytes, at most %d are promised", size, unread, held, maxWindow*3/2)
			}
		}
		for _, st := range all {
			st.Close()
			if st.recv.head != nil || st.recv.tail != nil || st.recv.size != 0 {
				t.Errorf("frames of %d bytes: a closed stream still holds chunks", size)
			}
		}
	}
}

// TestPeerThatMakesAnswersWait opens and closes streams without reading the
// link, so that the answers pile up.
func TestPeerThatMakesAnswersWait(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Plugin, MaxStreams: 4})
	go func() {
		for {
			st, err := s.Accept(context.Background())
			if err != nil {
				return
			}
			st.Close()
		}
	}()
	for id := uint32(1); ; id += 2 {
		if _, err := peer.link.Write(append(opening(id, []byte("x")), closing(id)...)); err != nil {
			break // the session has ended
		}
	}
	if err := mustEnd(t, s); !errors.Is(err, errPeerStuck) {
		t.Errorf("Err is %v, want %v", err, errPeerStuck)
	}
}

// TestInterruptedWrite closes a stream whose Write is in the middle of a frame,
// because the peer does not read, and wants every byte on the link in its place
// once it does.
func TestInterruptedWrite(t *testing.T) {
	s, peer := newRawPeer(t, transport.Config{Side: transport.Host})
	body := make([]byte, maxBody)
	for i := range body {
		body[i] = byte(i % 251)
	}
	const streams = 12
	results := make(chan error, streams)
	var all []*stream
	for range streams {
		st := mustOpen(t, s).(*stream)
		all = append(all, st)
		go func() {
			for {
				if _, err := st.Write(body); err != nil {
					results <- err
					return
				}
			}
		}()
	}
	deadline := time.Now().Add(patience)
	var holder *stream
	for busy := false; !busy && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		s.out.mu.Lock()
		holder = s.out.holder
		busy = holder != nil && len(s.out.queue) == streams-1
		s.out.mu.Unlock()
	}
	const goOn = 3
	left := goOn
	for _, st := range all {
		if st != holder && left > 0 {
			left-- // and its Write goes on waiting
			continue
		}
		st.Close()
	}
	for range streams - goOn {
		select {
		case err := <-results:
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("the interrupted Write says %v, want net.ErrClosed", err)
			}
		case <-time.After(patience):
			t.Fatal("Close does not interrupt a Write to a link that nobody reads")
		}
	}
	go func() {
		time.Sleep(20 * time.Millisecond) // beside the reading below
		s.Close()
	}()
	checkFrames(t, peer.link, body)
}

// checkFrames reads frames of whole or shortened copies of body until a goodbye
// or the end of the link.
func checkFrames(t *testing.T, link net.Conn, body []byte) {
	in := newLinkReader(link)
	closed := make(map[uint32]bool)
	opened := make(map[uint32]bool)
	for {
		h, err := in.header()
		if errors.Is(err, io.EOF) || h.typ == typeGoodbye {
			break
		}
		if err != nil {
			t.Fatalf("after %d streams were opened and %d closed: %v", len(opened), len(closed), err)
		}
		if closed[h.stream] {
			t.Fatalf("%v for stream %d after its CLOSE", h.typ, h.stream)
		}
		if h.typ != typeOpen && !opened[h.stream] {
			t.Fatalf("%v for stream %d before its OPEN", h.typ, h.stream)
		}
		opened[h.stream] = true
		closed[h.stream] = h.typ == typeClose
		got := make([]byte, h.length)
		n := copy(got, in.buf[in.r:in.w])
		in.r += n
		if _, err := io.ReadFull(link, got[n:]); err != nil {
			t.Fatalf("within a body: %v", err)
		}
		if !bytes.Equal(got, body[:len(got)]) {
			t.Fatalf("a body of stream %d is not what was written", h.stream)
		}
	}
	if len(closed) == 0 {
		t.Error("no stream was closed")
	}
}
