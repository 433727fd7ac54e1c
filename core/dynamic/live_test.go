package dynamic_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// link is both ends of a session in this process.
type link struct{ host, plugin *rpc.Peer }

// connect starts a session whose two sides serve services.
func connect(t *testing.T, host, plugin map[string]*rpc.Service) *link {
	t.Helper()
	leak.Check(t)
	l := &link{}
	a, b := net.Pipe()
	var wg sync.WaitGroup
	for _, end := range []struct {
		peer     **rpc.Peer
		conn     net.Conn
		side     transport.Side
		services map[string]*rpc.Service
	}{{&l.host, a, transport.Host, host}, {&l.plugin, b, transport.Plugin, plugin}} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			session, err := directtransport.New().Session(end.conn, transport.Config{Side: end.side})
			if err != nil {
				t.Error(err)
				return
			}
			cfg := rpc.Config{Side: end.side, Services: end.services, Codecs: []codec.Codec{jsoncodec.New()}}
			if *end.peer, err = rpc.NewPeer(session, cfg); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	t.Cleanup(func() {
		l.host.Close()
		l.plugin.Close()
		l.host.Join(context.Background())
		l.plugin.Join(context.Background())
	})
	return l
}

// nothingLeft waits until neither side holds a call or a stream, nor the host an
// object, nor the plugin one beside the dispensed ones.
func (l *link) nothingLeft(t *testing.T, dispensed int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		h, p := l.host.Stats(), l.plugin.Stats()
		p.Objects -= dispensed
		if h == (rpc.Stats{}) && p == (rpc.Stats{}) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the host still holds %+v, the plugin %+v", h, p)
		}
		runtime.GC() // which finds out what was dropped
	}
}

// files is a service that passes everything that lives.
type files struct {
	kept   chan *listener
	closed chan string
}

type entry struct {
	Name string
	Size int
}

// listener is how the plugin sees an interface of the host.
type listener struct {
	dynamic.Ref
	Heard func(ctx context.Context, text string) (int, error)
	Extra func() error // which the host does not have
}

// cursor is an object of the plugin.
type cursor struct {
	f    *files
	name string
	next int
}

func (c *cursor) Next() (int, error) { c.next++; return c.next, nil }
func (c *cursor) Same(other *cursorFuncs) (string, error) {
	if other == nil {
		return "nil", nil
	}
	n, err := other.Next()
	if other.TenonObject() != nil {
		return fmt.Sprintf("%s, then %d over the host", c.name, n), err
	}
	return fmt.Sprintf("%s, then %d", c.name, n), err
}
func (c *cursor) Close() error { c.f.closed <- c.name; return nil }

type cursorAPI interface {
	Next() (int, error)
	Same(other *cursorFuncs) (string, error)
	Close() error
}

// cursorFuncs is how the host sees it.
type cursorFuncs struct {
	dynamic.Ref
	Next  func() (int, error)
	Same  func(*cursorFuncs) (string, error)
	Close func() error
}

func (f *files) Size(r io.Reader) (int64, error) { return io.Copy(io.Discard, r) }

func (f *files) Fill(ctx context.Context, n int, w io.Writer, also io.WriteCloser) error {
	if also != nil {
		return errors.New("nil became something")
	}
	_, err := io.CopyN(w, strings.NewReader(strings.Repeat("x", n)), int64(n))
	return err
}

func (f *files) Upper(rw io.ReadWriteCloser) error {
	b, err := io.ReadAll(rw)
	if err != nil {
		return err
	}
	_, err = rw.Write(bytes.ToUpper(b))
	return err
}

func (f *files) Open(name string) (io.ReadCloser, int, error) {
	if name == "" {
		return nil, 0, errors.New("no name")
	}
	return io.NopCloser(strings.NewReader(name)), len(name), nil
}

func (f *files) Create() (io.WriteCloser, error) { return closeWriter{f.closed}, nil }

func (f *files) Shell() (io.ReadWriteCloser, error) {
	a, b := net.Pipe()
	go func() { // ends with the other end
		defer b.Close()
		io.Copy(b, b)
	}()
	return a, nil
}

func (f *files) Dial(c net.Conn) (net.Conn, error) {
	go func() { // ends with the connection
		defer c.Close()
		fmt.Fprint(c, "over the argument")
	}()
	a, b := net.Pipe()
	go func() {
		defer b.Close()
		fmt.Fprint(b, "over the result")
	}()
	return a, nil
}

func (f *files) List(ctx context.Context, prefix string, n int) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for i := range max(n, -n) {
			if !yield(entry{fmt.Sprint(prefix, i), i}, nil) {
				return
			}
		}
		if n < 0 {
			yield(entry{}, rpc.Errorf(rpc.OutOfRange, "no more"))
		}
	}
}

func (f *files) Numbers(n int) (iter.Seq[int], error) {
	if n < 0 {
		return nil, rpc.Errorf(rpc.InvalidArgument, "below zero")
	}
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}, nil
}

func (f *files) Sum(start int, numbers iter.Seq2[int, error]) (int, error) {
	for n, err := range numbers {
		if err != nil {
			return 0, err
		}
		start += n
	}
	return start, nil
}

func (f *files) Count(numbers iter.Seq[int]) int {
	count := 0
	for range numbers {
		count++
	}
	return count
}

func (f *files) Double(numbers iter.Seq2[int, error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for n, err := range numbers {
			if !yield(2*n, err) {
				return
			}
		}
	}
}

func (f *files) Zip(a, b iter.Seq2[int, error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		next, stop := iter.Pull2(b)
		defer stop()
		for n, err := range a {
			m, err2, ok := next()
			if !ok || !yield(n*m, errors.Join(err, err2)) {
				return
			}
		}
	}
}

func (f *files) Walk(progress func(done int), visit func(context.Context, entry) (bool, error)) error {
	for i := range 5 {
		if progress != nil {
			progress(i)
		}
		more, err := visit(context.Background(), entry{Size: i})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func (f *files) Watch(l *listener) error {
	if l.Extra != nil {
		return errors.New("a func that the host does not have is not nil")
	}
	f.kept <- l
	return nil
}

func (f *files) Cursor(name string) (cursorAPI, error) { return &cursor{f: f, name: name}, nil }

type closeWriter struct{ closed chan string }

func (c closeWriter) Write(p []byte) (int, error) { return len(p), nil }
func (c closeWriter) Close() error                { c.closed <- "writer"; return nil }

type filesFuncs struct {
	Size    func(context.Context, io.Reader) (int64, error)
	Fill    func(context.Context, int, io.Writer, io.WriteCloser) error
	Upper   func(io.ReadWriteCloser) error
	Open    func(context.Context, string) (io.ReadCloser, int, error)
	Create  func() (io.WriteCloser, error)
	Shell   func() (io.ReadWriteCloser, error)
	Dial    func(net.Conn) (net.Conn, error)
	List    func(ctx context.Context, prefix string, n int) iter.Seq2[entry, error]
	Numbers func(int) (iter.Seq2[int, error], error)
	Sum     func(int, iter.Seq2[int, error]) (int, error)
	Count   func(iter.Seq[int]) (int, error)
	Double  func(iter.Seq2[int, error]) iter.Seq2[int, error]
	Zip     func(a, b iter.Seq2[int, error]) iter.Seq2[int, error]
	Walk    func(progress func(int), visit func(context.Context, entry) (bool, error)) error
	Watch   func(heard) error
	Cursor  func(string) (*cursorFuncs, error)
}

// heard is an interface of the host.
type heard interface {
	Heard(text string) int
}

type ear struct{ texts chan string }

func (e ear) Heard(text string) int { e.texts <- text; return len(text) }

func bindFiles(t *testing.T) (*link, *filesFuncs, *files) {
	t.Helper()
	impl := &files{kept: make(chan *listener, 1), closed: make(chan string, 10)}
	l := connect(t, nil, map[string]*rpc.Service{"files": dynamic.Service(impl)})
	var f filesFuncs
	if err := dynamic.Bind(t.Context(), l.host, "files", &f); err != nil {
		t.Fatal(err)
	}
	return l, &f, impl
}

func TestBytesAsArguments(t *testing.T) {
	l, f, _ := bindFiles(t)
	if n, err := f.Size(t.Context(), strings.NewReader(strings.Repeat("y", 1<<20+1))); err != nil || n != 1<<20+1 {
		t.Errorf("Size: %d, %v", n, err)
	}
	broken := io.MultiReader(strings.NewReader("y"), errReader{})
	if _, err := f.Size(t.Context(), broken); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a reader that breaks: %v", err)
	}
	var out bytes.Buffer
	if err := f.Fill(t.Context(), 100_000, &out, nil); err != nil || out.Len() != 100_000 {
		t.Errorf("Fill: %d bytes, %v", out.Len(), err)
	}
	var both struct {
		io.Reader
		bytes.Buffer
	}
	both.Reader = strings.NewReader("shout")
	if err := f.Upper(readWriteCloser{both.Reader, &both.Buffer}); err != nil || both.Buffer.String() != "SHOUT" {
		t.Errorf("Upper: %q, %v", both.Buffer.String(), err)
	}
	l.nothingLeft(t, 1)
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type readWriteCloser struct {
	io.Reader
	io.Writer
}

func (readWriteCloser) Close() error { return errors.New("the caller's is not closed") }

func TestBytesAsResults(t *testing.T) {
	l, f, impl := bindFiles(t)
	r, n, err := f.Open(t.Context(), "the text")
	if err != nil || n != 8 {
		t.Fatal(n, err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != "the text" {
		t.Errorf("it reads %q, %v", text, err)
	}
	if r, _, err := f.Open(t.Context(), ""); err == nil || r != nil {
		t.Errorf("an error with %v, %v", r, err)
	}
	var wrong struct {
		Open func(string) (io.ReadCloser, string, error)
	}
	if err := dynamic.Bind(t.Context(), l.host, "files", &wrong); err != nil {
		t.Fatal(err)
	}
	if r, _, err := wrong.Open("x"); !errors.Is(err, rpc.Internal) || r != nil { // the reader beside it is given up
		t.Errorf("a result of another type: %v, %v", r, err)
	}
	w, err := f.Create()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	w.Close()
	if got := <-impl.closed; got != "writer" {
		t.Errorf("%s was closed", got)
	}
	sh, err := f.Shell()
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4)
	if _, err := sh.Write([]byte("ping")); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadFull(sh, b); err != nil || string(b) != "ping" {
		t.Errorf("the echo is %q, %v", b, err)
	}
	sh.Close()
	if _, _, err = f.Open(t.Context(), strings.Repeat("dropped", 1<<18)); err != nil { // unread and not closed
		t.Fatal(err)
	}
	l.nothingLeft(t, 2)
}
