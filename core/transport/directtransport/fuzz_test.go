package directtransport

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// FuzzSession feeds a session with arbitrary bytes, or with arbitrary frames of
// the right form, while its user does all that a user does. It must end once the
// link has ended, without a panic, and keep to its own limits.
func FuzzSession(f *testing.F) {
	for _, g := range golden {
		f.Add(true, g.frame)
	}
	f.Add(false, []byte{0, 1, 9, 1, 1, 200, 2, 1, 0, 3, 1, 0, 5, 0, 0})
	f.Add(false, []byte{0, 1, 9, 0, 3, 9, 0, 5, 9, 3, 5, 0, 3, 1, 0, 0, 7, 1})
	f.Add(false, []byte{0, 1, 255, 1, 1, 255, 1, 1, 255, 1, 1, 255, 1, 1, 255})
	f.Fuzz(func(t *testing.T, raw bool, input []byte) {
		if !raw {
			input = framesOf(input)
		}
		a, b := net.Pipe()
		s := startSession(a, transport.Config{Side: transport.Plugin, MaxStreams: 3}.WithDefaults())
		var wg sync.WaitGroup
		wg.Go(func() { io.Copy(io.Discard, b) })
		for range 2 { // known to the peer as 2 and 4
			wg.Go(func() {
				st, err := s.Open(context.Background())
				if err != nil {
					return
				}
				st.Write([]byte("a few bytes"))
				io.Copy(io.Discard, st)
				st.Close()
			})
		}
		wg.Go(func() { accepts(s, &wg) })
		b.Write(input)
		b.Close()
		mustEnd(t, s)
		wg.Wait()
		if s.Err() == nil {
			t.Error("the session has ended, and Err says nothing")
		}
		if n := s.table; n.theirs > s.max || n.refused > s.max || n.theirs < 0 || n.mine < 0 || n.refused < 0 || n.inUse < 0 {
			t.Errorf("the table is out of its limits: %+v", n)
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

// accepts reads some streams to their end, answers some, and closes some.
func accepts(s *session, wg *sync.WaitGroup) {
	for n := 0; ; n++ {
		st, err := s.Accept(context.Background())
		if err != nil {
			return
		}
		wg.Go(func() {
			switch n % 3 {
			case 0:
				io.Copy(io.Discard, st)
			case 1:
				io.CopyN(st, st, 100)
			}
			st.Close()
		})
	}
}

// framesOf makes frames, most of them allowed, out of three bytes each.
func framesOf(program []byte) []byte {
	var out []byte
	for ; len(program) >= 3; program = program[3:] {
		stream, n := uint32(program[1]%8), int(program[2])+1
		switch program[0] % 6 {
		case 0:
			out = append(out, opening(stream, make([]byte, n))...)
		case 1:
			out = append(out, data(stream, make([]byte, n*256))...)
		case 2:
			out = appendCredit(out, stream, n)
		case 3:
			out = append(out, closing(stream)...)
		case 4:
			out = appendHeader(out, header{typ: typeRefuse, stream: stream})
		default:
			out = append(out, data(stream, make([]byte, n))...)
		}
	}
	return out
}
