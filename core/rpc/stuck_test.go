package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// socketPair returns two connected unix sockets, whose buffers the kernel has.
func socketPair(t testing.TB) (a, b net.Conn) {
	t.Helper()
	dir, err := os.MkdirTemp("", "rpc")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("unix", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return a, b
}

var links = map[string]func(testing.TB) (net.Conn, net.Conn){
	"pipe":   func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() },
	"socket": socketPair,
}

// A peer that reads nothing at all holds no caller: each cancel returns at once,
// however large the messages and however many the callers are.
func TestPeerThatNeverReads(t *testing.T) {
	for name, link := range links {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			a, b := link(t)
			defer b.Close()
			session, err := directtransport.New().Session(a, transport.Config{Side: transport.Host})
			if err != nil {
				t.Fatal(err)
			}
			p, err := NewPeer(session, Config{Side: transport.Host, Codecs: []codec.Codec{jsoncodec.New()}})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			o := &Object{bound: &binding{peer: p, id: 1, service: "s", codec: bytesCodec{}, methods: map[string]boundMethod{"Echo": {}}}}
			var wg sync.WaitGroup
			for _, size := range []int{10, 1000, 40_000, 70_000, 1 << 20} {
				for range 40 {
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
					defer cancel()
					wg.Go(func() {
						_, err := echoMethod.Call(ctx, o, make([]byte, size))
						if !errors.Is(err, DeadlineExceeded) {
							t.Errorf("%d bytes: got %v", size, err)
						}
					})
				}
				within(t, "the end of forty calls", wg.Wait)
			}
			if n := p.Stats().Calls; n != 0 {
				t.Errorf("%d calls are in flight", n)
			}
			within(t, "a ping", func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				defer cancel()
				if _, err := p.Ping(ctx); !errors.Is(err, DeadlineExceeded) {
					t.Errorf("a ping got %v", err)
				}
			})
			within(t, "a shutdown", func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				defer cancel()
				if err := p.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a shutdown got %v", err)
				}
			})
			within(t, "closing", func() { p.Close() })
		})
	}
}

// One that reads for a while and then stops, too, with calls of every age.
func TestPeerThatStopsReading(t *testing.T) {
	for name, link := range links {
		t.Run(name, func(t *testing.T) {
			a, b := link(t)
			stop := &stoppable{Conn: b, stopped: make(chan struct{})}
			leak.Check(t)
			p := connect(t, a, stop, Config{}, Config{Services: services(nil)})
			defer stop.Close()
			o := p.dispense(t, "store")
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for i := range 60 {
				wg.Go(func() {
					for {
						if _, err := echoMethod.Call(ctx, o, make([]byte, i*i*200)); err != nil {
							if !errors.Is(err, Canceled) {
								t.Errorf("got %v", err)
							}
							return
						}
					}
				})
			}
			time.Sleep(20 * time.Millisecond)
			close(stop.stopped)
			time.Sleep(50 * time.Millisecond)
			cancel()
			within(t, "the end of all calls", wg.Wait)
		})
	}
}

// stoppable is a connection that reads nothing more once it is stopped.
type stoppable struct {
	net.Conn
	stopped chan struct{}
	once    sync.Once
	closed  chan struct{}
	mu      sync.Mutex
}

func (s *stoppable) gone() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed == nil {
		s.closed = make(chan struct{})
	}
	return s.closed
}

func (s *stoppable) Read(p []byte) (int, error) {
	select {
	case <-s.stopped:
		<-s.gone()
		return 0, io.EOF
	default:
		return s.Conn.Read(p)
	}
}

func (s *stoppable) Close() error {
	s.once.Do(func() { close(s.gone()) })
	return s.Conn.Close()
}

// A peer that calls on and on and reads no reply makes this side hold a bounded
// number of calls.
func TestPeerThatReadsNoReplies(t *testing.T) {
	const limit = 8
	r := newRaw(t, Config{Side: transport.Plugin, Services: services(nil), Limits: Limits{Calls: limit}})
	lane := r.open(kindCalls)
	object := r.dispense(lane, 1, "store")
	arg, err := json.Marshal(bytes.Repeat([]byte{1}, 30_000))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // until the session's end
		defer close(done)
		for id := uint32(2); ; id++ {
			if _, err := lane.Write(frameBytes(header{typ: frameCall, id: id}, callBytes(object, string(arg)))); err != nil {
				return
			}
			// At its ease: each call has ended before the next one comes.
			for n := 0; n < 20 && r.peer.Stats().Serving > 0; n++ {
				time.Sleep(100 * time.Microsecond)
			}
		}
	}()
	most := int64(0)
	for last, same := int64(-1), 0; same < 100 && most <= 4*(limit+limit/4+parked); time.Sleep(2 * time.Millisecond) {
		n := r.peer.active.count.Load()
		most = max(most, n)
		if same++; n != last {
			last, same = n, 0
		}
	}
	if bound := int64(limit + limit/4 + parked); most > bound || most <= limit {
		t.Errorf("%d calls are held, where %d are the most", most, bound)
	}
	r.session.Close()
	<-done
	within(t, "closing", func() { r.peer.Close() })
}
