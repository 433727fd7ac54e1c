package rpc

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// lateSession says later than its streams that it has ended, as a transport may.
type lateSession struct {
	transport.Session
	done chan struct{}
	err  error
}

func (s *lateSession) Done() <-chan struct{} { return s.done }

func (s *lateSession) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// A lane that ends because the session does says less than the session: what that says
// counts, if it comes soon.
func TestSessionSaysWhyALaneEnded(t *testing.T) {
	broken := errors.New("the peer broke the transport")
	for want, after := range map[string]time.Duration{"broke the transport": 100 * time.Millisecond, "EOF": time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			a, b := net.Pipe()
			theirs, err := directtransport.New().Session(a, transport.Config{Side: transport.Host})
			if err != nil {
				t.Fatal(err)
			}
			mine, err := directtransport.New().Session(b, transport.Config{Side: transport.Plugin})
			if err != nil {
				t.Fatal(err)
			}
			late := &lateSession{Session: theirs, done: make(chan struct{}), err: broken}
			p, err := NewPeer(late, Config{Side: transport.Host})
			if err != nil {
				t.Fatal(err)
			}
			control, err := mine.Accept(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(control, make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			control.Close()
			began := time.Now()
			time.AfterFunc(after, func() { close(late.done) })
			<-p.Done()
			if err := p.Err(); !strings.Contains(err.Error(), want) || errors.Is(err, broken) != (after < time.Second) {
				t.Errorf("it ended with %v, want %s", err, want)
			}
			if waited := time.Since(began); waited > time.Second {
				t.Errorf("its calls waited for %v", waited)
			}
			mine.Close()
			time.Sleep(after) // the timer belongs to the bubble
		})
	}
}

// A peer that breaks the transport is said to have done so.
func TestBrokenTransportIsSaid(t *testing.T) {
	for range 20 {
		a, b := net.Pipe()
		session, err := directtransport.New().Session(a, transport.Config{Side: transport.Host})
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPeer(session, Config{Side: transport.Host})
		if err != nil {
			t.Fatal(err)
		}
		go io.Copy(io.Discard, b)
		if _, err := b.Write([]byte{9, 0, 0, 0, 0, 0, 0, 1}); err != nil {
			t.Fatal(err)
		}
		err = waitForEnd(t, p)
		b.Close()
		if violation := (*directtransport.ProtocolError)(nil); !errors.As(err, &violation) {
			t.Fatalf("it ended with %v", err)
		}
	}
}
