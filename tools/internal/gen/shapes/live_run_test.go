package shapes

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
)

var errHere = errors.New("here")

// upTo gives the numbers below n, and then an error, if it is not nil.
func upTo(n int, err error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if err != nil {
			yield(0, err)
		}
	}
}

// collect returns the values of a sequence as a text, and how it ended.
func collect[T any](seq iter.Seq2[T, error]) (string, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return fmt.Sprint(all), err
		}
		all = append(all, v)
	}
	return fmt.Sprint(all), nil
}

func add(seq iter.Seq2[int, error]) (sum int, err error) {
	for n, err := range seq {
		if err != nil {
			return sum, err
		}
		sum += n
	}
	return sum, nil
}

type bytesImpl struct{ written *bytes.Buffer }

func (bytesImpl) Digest(_ context.Context, r io.Reader) ([]byte, int64, error) {
	b, err := io.ReadAll(r)
	return b[:2], int64(len(b)), err
}
func (bytesImpl) Copy(_ context.Context, w io.Writer, r io.ReadCloser) (int64, error) {
	return io.Copy(w, r)
}
func (bytesImpl) Open(_ context.Context, name string) (io.ReadCloser, error) {
	if name == "" {
		return nil, tenon.Errorf(tenon.NotFound, "no name")
	}
	return io.NopCloser(strings.NewReader("in " + name)), nil
}
func (bytesImpl) Plain(_ context.Context, name string) (io.Reader, error) {
	if name == "" {
		return nil, nil
	}
	return strings.NewReader(name), nil
}

type closingWriter struct {
	io.Writer
	closed chan struct{}
}

func (w closingWriter) Close() error { close(w.closed); return nil }

func (i bytesImpl) Create(context.Context, string) (io.WriteCloser, error) {
	return closingWriter{i.written, created}, nil
}

var created = make(chan struct{})

func (bytesImpl) Append(_ context.Context, w io.WriteCloser) (io.Writer, error) {
	_, err := io.WriteString(w, "appended")
	return io.Discard, err
}
func (bytesImpl) Both(_ context.Context, in string) (int, io.ReadCloser, io.WriteCloser, error) {
	return len(in), io.NopCloser(strings.NewReader(in)), nil, nil
}
func (bytesImpl) Shell(_ context.Context, rw io.ReadWriter) (int, error) {
	line, err := bufio.NewReader(rw).ReadString('\n')
	if err != nil {
		return 0, err
	}
	return fmt.Fprintf(rw, "you said %s", line)
}
func (bytesImpl) Attach(_ context.Context, id string) (io.ReadWriteCloser, error) {
	here, there := net.Pipe()
	go func() {
		defer here.Close()
		b := make([]byte, 3)
		if _, err := io.ReadFull(here, b); err == nil {
			fmt.Fprintf(here, "%s %s", id, b)
		}
	}()
	return there, nil
}
func (i bytesImpl) Dial(ctx context.Context, id string) (net.Conn, error) {
	c, err := i.Attach(ctx, id)
	return c.(net.Conn), err
}
func (bytesImpl) Serve(_ context.Context, conn net.Conn) error {
	defer conn.Close()
	_, err := io.WriteString(conn, "served")
	return err
}

func newBytes(context.Context, Config) (bytesImpl, error) {
	return bytesImpl{new(bytes.Buffer)}, nil
}

func TestReaders(t *testing.T) {
	overEach(t, ReadersService(newBytes), func(t *testing.T, client *tenon.Client) {
		created = make(chan struct{})
		c := dispense(t, client, DispenseReaders)
		sum, n, err := c.Digest(t.Context(), strings.NewReader(strings.Repeat("ab", 100_000)))
		got(t, "Digest", []any{string(sum), n}, err, "[ab 200000]")
		var w strings.Builder
		copied, err := c.Copy(t.Context(), &w, io.NopCloser(strings.NewReader("copied")))
		got(t, "Copy", []any{w.String(), copied}, err, "[copied 6]")
		r, err := c.Open(t.Context(), "file")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		got(t, "Open", string(text), err, "in file")
		r.Close()
		if r, err := c.Open(t.Context(), ""); r != nil || !errors.Is(err, tenon.NotFound) {
			t.Errorf("Open of nothing: %v, %v", r, err)
		}
		plain, err := c.Plain(t.Context(), "")
		if plain != nil || err != nil {
			t.Errorf("a nil reader came as %v, %v", plain, err)
		}
		into, err := c.Create(t.Context(), "x")
		ok(t, "Create", err)
		fmt.Fprint(into, "text")
		ok(t, "Close", into.Close())
		<-created
		w.Reset()
		discarding, err := c.Append(t.Context(), closingWriter{&w, nil})
		discarding.(io.Closer).Close()
		got(t, "Append", w.String(), err, "appended")
		size, in, out, err := c.Both(t.Context(), "both")
		if err != nil || out != nil {
			t.Fatalf("Both: %v, %v", out, err)
		}
		text, err = io.ReadAll(in)
		got(t, "Both", []any{size, string(text)}, err, "[4 both]")
	})
}

func TestDuplexes(t *testing.T) {
	overEach(t, DuplexesService(newBytes), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseDuplexes)
		var w strings.Builder
		n, err := c.Shell(t.Context(), struct {
			io.Reader
			io.Writer
		}{strings.NewReader("hello\n"), &w})
		got(t, "Shell", []any{n, w.String()}, err, "[15 you said hello\n]")
		rw, err := c.Attach(t.Context(), "id")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(rw, "abc")
		text, err := io.ReadAll(rw)
		got(t, "Attach", string(text), err, "id abc")
		rw.Close()
	})
	overEach(t, ConnsService(newBytes), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseConns)
		conn, err := c.Dial(t.Context(), "conn")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, "abc")
		text, err := io.ReadAll(conn)
		got(t, "Dial", string(text), err, "conn abc")
		conn.Close()
		here, there := net.Pipe()
		go c.Serve(t.Context(), there)
		text, err = io.ReadAll(here)
		got(t, "Serve", string(text), err, "served")
	})
}

type seqImpl struct{}

func (seqImpl) List(_ context.Context, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for n, err := range upTo(3, errHere) {
			if !yield(Entry{Key: fmt.Sprint(prefix, n)}, err) || err != nil {
				return
			}
		}
	}
}
func (seqImpl) All(context.Context) iter.Seq2[string, error] { return nil }
func (seqImpl) Range(_ context.Context, from, to int) iter.Seq2[int, error] {
	return upTo(to-from, nil)
}
func (seqImpl) Checked(_ context.Context, name string) (iter.Seq2[int, error], error) {
	if name == "" {
		return nil, tenon.Errorf(tenon.InvalidArgument, "no name")
	}
	return upTo(len(name), nil), nil
}
func (seqImpl) Background(n int) iter.Seq2[int, error] { return upTo(n, nil) }

func newSeq(context.Context, Config) (seqImpl, error) { return seqImpl{}, nil }

func TestLists(t *testing.T) {
	overEach(t, ListsService(newSeq), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseLists)
		text, err := collect(c.List(t.Context(), "k"))
		if text != "[{k0 [] 0} {k1 [] 0} {k2 [] 0}]" || err == nil || !strings.Contains(err.Error(), "here") {
			t.Errorf("List: %s, %v", text, err)
		}
		text, err = collect(c.All(t.Context()))
		got(t, "All", text, err, "[]")
		text, err = collect(c.Range(t.Context(), 2, 6))
		got(t, "Range", text, err, "[0 1 2 3]")
		seq, err := c.Checked(t.Context(), "")
		ok(t, "Checked", err)
		if _, err := collect(seq); !errors.Is(err, tenon.InvalidArgument) {
			t.Errorf("Checked: %v", err)
		}
		for n, err := range c.Background(1_000_000) {
			if ok(t, "Background", err); n == 3 {
				break
			}
		}
	})
}

type namedImpl struct{}

func (namedImpl) Up(_ context.Context, n int) Ints { return Ints(upTo(n, nil)) }
func (namedImpl) Sum(_ context.Context, ints Ints) (int, error) {
	return add(iter.Seq2[int, error](ints))
}
func (namedImpl) Double(_ context.Context, ints Ints) Ints { return ints }
func (namedImpl) Bare(_ context.Context, f func(yield func(string, error) bool)) (int, error) {
	text, err := collect(f)
	return len(text), err
}

func TestNamedSequences(t *testing.T) {
	overEach(t, NamedSequencesService(func(context.Context, Config) (namedImpl, error) { return namedImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseNamedSequences)
		text, err := collect(iter.Seq2[int, error](c.Up(t.Context(), 3)))
		got(t, "Up", text, err, "[0 1 2]")
		n, err := c.Sum(t.Context(), Ints(upTo(5, nil)))
		got(t, "Sum", n, err, "10")
		n, err = c.Bare(t.Context(), func(yield func(string, error) bool) { yield("abc", nil) })
		got(t, "Bare", n, err, "5")
		text, err = collect(iter.Seq2[int, error](c.Double(t.Context(), Ints(upTo(4, nil)))))
		got(t, "Double", text, err, "[0 1 2 3]")
	})
}

type upImpl struct{}

func (upImpl) Sum(_ context.Context, numbers iter.Seq2[int, error]) (int, error) { return add(numbers) }
func (upImpl) Words(_ context.Context, sep string, words iter.Seq[string]) (string, error) {
	return strings.Join(slices.Collect(words), sep), nil
}
func (upImpl) Two(_ context.Context, a iter.Seq2[int, error], b iter.Seq[string]) (int, error) {
	n, err := add(a)
	return n + len(slices.Collect(b)), err
}

func TestUploads(t *testing.T) {
	overEach(t, UploadsService(func(context.Context, Config) (upImpl, error) { return upImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseUploads)
		n, err := c.Sum(t.Context(), upTo(100, nil))
		got(t, "Sum", n, err, "4950")
		if _, err := c.Sum(t.Context(), upTo(3, errHere)); err == nil || !strings.Contains(err.Error(), "here") {
			t.Errorf("Sum of a broken sequence: %v", err)
		}
		s, err := c.Words(t.Context(), "-", slices.Values([]string{"a", "b"}))
		got(t, "Words", s, err, "a-b")
		n, err = c.Two(t.Context(), upTo(3, nil), slices.Values([]string{"x", "y"}))
		got(t, "Two", n, err, "5")
	})
}

type duetImpl struct{}

func (duetImpl) Double(_ context.Context, numbers iter.Seq2[int, error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for n, err := range numbers {
			if !yield(2*n, err) || err != nil {
				return
			}
		}
	}
}
func (duetImpl) Label(_ context.Context, prefix string, numbers iter.Seq[int]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for n := range numbers {
			if !yield(fmt.Sprint(prefix, n), nil) {
				return
			}
		}
	}
}
func (i duetImpl) Checked(ctx context.Context, numbers iter.Seq2[int, error]) (iter.Seq2[int, error], error) {
	return i.Double(ctx, numbers), nil
}

func TestDuets(t *testing.T) {
	overEach(t, DuetsService(func(context.Context, Config) (duetImpl, error) { return duetImpl{}, nil }), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseDuets)
		text, err := collect(c.Double(t.Context(), upTo(4, nil)))
		got(t, "Double", text, err, "[0 2 4 6]")
		if _, err := collect(c.Double(t.Context(), upTo(1, errHere))); err == nil || !strings.Contains(err.Error(), "here") {
			t.Errorf("Double of a broken sequence: %v", err)
		}
		labels, err := collect(c.Label(t.Context(), "n", slices.Values([]int{1, 2})))
		got(t, "Label", labels, err, "[n1 n2]")
		seq, err := c.Checked(t.Context(), upTo(2, nil))
		ok(t, "Checked", err)
		text, err = collect(seq)
		got(t, "Checked", text, err, "[0 2]")
	})
}

type searchImpl struct{}

func (searchImpl) Search(_ context.Context, word string, text io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		lines := bufio.NewScanner(text)
		for lines.Scan() {
			if strings.Contains(lines.Text(), word) && !yield(lines.Text(), nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield("", err)
		}
	}
}
func (searchImpl) Filter(_ context.Context, n int, keep func(i int) bool) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if keep(i) && !yield(i, nil) {
				return
			}
		}
	}
}
func (searchImpl) Merge(_ context.Context, a, b iter.Seq2[int, error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for _, seq := range []iter.Seq2[int, error]{a, b} {
			for n, err := range seq {
				if !yield(n, err) || err != nil {
					return
				}
			}
		}
	}
}

func (searchImpl) Count(_ context.Context, n int) iter.Seq[int] {
	return slices.Values(make([]int, n))
}
func (searchImpl) Must(ctx context.Context, r io.Reader) iter.Seq[string] {
	return func(yield func(string) bool) {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			if lines.Text() == "panic" {
				panic("asked to")
			}
			if !yield(lines.Text()) {
				return
			}
		}
	}
}

func TestSearches(t *testing.T) {
	newSearch := func(context.Context, Config) (searchImpl, error) { return searchImpl{}, nil }
	overEach(t, SearchesService(newSearch), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseSearches)
		text, err := collect(c.Search(t.Context(), "b", strings.NewReader("abc\ndef\nb\n")))
		got(t, "Search", text, err, "[abc b]")
		text, err = collect(c.Filter(t.Context(), 6, func(i int) bool { return i%2 == 1 }))
		got(t, "Filter", text, err, "[1 3 5]")
		text, err = collect(c.Merge(t.Context(), upTo(2, nil), upTo(3, nil)))
		got(t, "Merge", text, err, "[0 1 0 1 2]")
	})
	overEach(t, LostSequencesService(newSearch), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseLostSequences)
		if n := len(slices.Collect(c.Count(t.Context(), 3))); n != 3 {
			t.Errorf("Count: %d", n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if n := len(slices.Collect(c.Count(ctx, 3))); n != 0 {
			t.Errorf("Count without a connection: %d", n)
		}
		defer func() {
			if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "asked to") {
				t.Errorf("Must did not panic as it should: %v", err)
			}
		}()
		for line := range c.Must(t.Context(), strings.NewReader("fine\npanic\n")) {
			if line != "fine" {
				t.Errorf("Must: %q", line)
			}
		}
	})
}

type chanImpl struct{ ended *atomic.Int32 }

func (chanImpl) Sum(_ context.Context, numbers <-chan int) (sum int, err error) {
	for n := range numbers {
		if sum += n; sum > 1000 {
			return sum, nil
		}
	}
	return sum, nil
}
func (chanImpl) Mixed(_ context.Context, name string, a <-chan int, b <-chan string) (string, error) {
	return fmt.Sprint(name, <-a, <-b), nil
}
func (chanImpl) Double(ctx context.Context, numbers <-chan int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for n := range numbers {
			if !yield(2*n, nil) {
				return
			}
		}
	}
}
func (chanImpl) Watch(ctx context.Context, prefix string, events chan<- Entry) error {
	for i := range 3 {
		events <- Entry{Key: fmt.Sprint(prefix, i)}
	}
	if prefix == "" {
		return tenon.Errorf(tenon.OutOfRange, "no prefix")
	}
	return nil
}
func (chanImpl) Count(ctx context.Context, n int, to chan<- int) (sum int, err error) {
	defer close(to)
	for i := range n {
		select {
		case to <- i:
			sum += i
		case <-ctx.Done():
			return sum, ctx.Err()
		}
	}
	return sum, nil
}
func (chanImpl) Pipe(_ context.Context, in <-chan int, out chan<- int) (n int, err error) {
	for v := range in {
		out <- v * v
		n++
	}
	return n, nil
}
func (chanImpl) Feed(_ context.Context, in iter.Seq2[int, error], out chan<- int) error {
	for n, err := range in {
		if err != nil {
			return err
		}
		out <- n + 1
	}
	return nil
}

// sending returns a channel that gives the numbers below n, and is closed then if
// close is set.
func sending(n int, closed bool) <-chan int {
	ch := make(chan int, n)
	for i := range n {
		ch <- i
	}
	if closed {
		close(ch)
	}
	return ch
}

func TestChannels(t *testing.T) {
	newChan := func(context.Context, Config) (chanImpl, error) { return chanImpl{}, nil }
	overEach(t, ChannelsService(newChan), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseChannels)
		n, err := c.Sum(t.Context(), sending(10, true))
		got(t, "Sum", n, err, "45")
		n, err = c.Sum(t.Context(), sending(100, false)) // stays open: the call ends all the same
		got(t, "Sum of a channel that stays open", n, err, "1035")
		words := make(chan string, 1)
		words <- "word"
		s, err := c.Mixed(t.Context(), "m", sending(1, false), words)
		got(t, "Mixed", s, err, "m0word")
		text, err := collect(c.Double(t.Context(), sending(3, true)))
		got(t, "Double", text, err, "[0 2 4]")
		for n, err := range c.Double(t.Context(), sending(3, false)) {
			if ok(t, "Double", err); n == 4 {
				break
			}
		}
	})
	overEach(t, SinksService(newChan), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseSinks)
		events := make(chan Entry, 10)
		ok(t, "Watch", c.Watch(t.Context(), "e", events))
		if len(events) != 3 || (<-events).Key != "e0" {
			t.Errorf("%d events", len(events)+1)
		}
		if err := c.Watch(t.Context(), "", events); !errors.Is(err, tenon.OutOfRange) || len(events) != 5 {
			t.Errorf("Watch with an error: %v, %d", err, len(events))
		}
		to := make(chan int, 100)
		n, err := c.Count(t.Context(), 100, to)
		got(t, "Count", []int{n, len(to)}, err, "[4950 100]")
		ctx, cancel := context.WithCancel(t.Context())
		few := make(chan int)
		go func() {
			<-few
			cancel()
		}()
		if _, err := c.Count(ctx, 1_000_000, few); !errors.Is(err, context.Canceled) {
			t.Errorf("Count that is canceled: %v", err)
		}
		squares := make(chan int, 10)
		n, err = c.Pipe(t.Context(), sending(4, true), squares)
		got(t, "Pipe", []int{n, len(squares), <-squares, <-squares, <-squares, <-squares}, err, "[4 4 0 1 4 9]")
		ok(t, "Feed", c.Feed(t.Context(), upTo(3, nil), squares))
		got(t, "Feed", []int{<-squares, <-squares, <-squares}, nil, "[1 2 3]")
		if err := c.Feed(t.Context(), upTo(0, errHere), squares); err == nil || !strings.Contains(err.Error(), "here") {
			t.Errorf("Feed of a broken sequence: %v", err)
		}
	})
}

type eventsImpl struct{ chanImpl }

func (i eventsImpl) Watch(ctx context.Context, prefix string) (<-chan Entry, error) {
	if prefix == "" {
		return nil, tenon.Errorf(tenon.InvalidArgument, "no prefix")
	}
	ch := make(chan Entry)
	go func() {
		defer i.ended.Add(1)
		defer close(ch)
		for n := 0; prefix != "three" || n < 3; n++ {
			select {
			case ch <- Entry{Key: fmt.Sprint(prefix, n)}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ch, nil
}
func (i eventsImpl) Tick(_ context.Context, n int) <-chan int {
	if n == 0 {
		return nil
	}
	return sending(n, true)
}

func TestEvents(t *testing.T) {
	impl := eventsImpl{chanImpl{new(atomic.Int32)}}
	overEach(t, EventsService(func(context.Context, Config) (eventsImpl, error) { return impl, nil }), func(t *testing.T, client *tenon.Client) {
		impl.ended.Store(0)
		c := dispense(t, client, DispenseEvents)
		if ch, err := c.Watch(t.Context(), ""); ch != nil || !errors.Is(err, tenon.InvalidArgument) {
			t.Errorf("Watch with an error: %v, %v", ch, err)
		}
		ch, err := c.Watch(t.Context(), "three")
		ok(t, "Watch", err)
		var keys []string
		for e := range ch {
			keys = append(keys, e.Key)
		}
		got(t, "Watch", keys, nil, "[three0 three1 three2]")
		ctx, cancel := context.WithCancel(t.Context())
		ch, err = c.Watch(ctx, "endless")
		ok(t, "Watch", err)
		<-ch
		cancel()
		for range ch { // ends
		}
		n := 0
		for range c.Tick(t.Context(), 5) {
			n++
		}
		if n != 5 || c.Tick(t.Context(), 0) != nil {
			t.Errorf("%d ticks", n)
		}
		nothingLeft(t, client)
		for impl.ended.Load() != 2 { // the endless one learns of the end, too
			if t.Context().Err() != nil {
				t.Fatal("a producer goes on")
			}
		}
	})
}
