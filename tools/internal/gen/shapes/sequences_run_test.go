package shapes

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
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
