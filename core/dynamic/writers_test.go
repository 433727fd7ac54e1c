package dynamic_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"testing"

	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/rpc"
)

// noisy writes to what it gets, and is content whatever comes of it.
type noisy struct{}

func (noisy) Fill(_ context.Context, w io.Writer) error {
	fmt.Fprint(w, "some")
	return nil
}

func (noisy) List(_ context.Context, w io.Writer) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		fmt.Fprint(w, "some")
		yield(1, nil)
	}
}

type noisyFuncs struct {
	Fill func(context.Context, io.Writer) error
	List func(context.Context, io.Writer) iter.Seq2[int, error]
}

var errDisk = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errDisk }

// What a writer did not take is the error of the call, or the last of its sequence.
func TestWriterArgumentsThatFail(t *testing.T) {
	l := connect(t, nil, map[string]*rpc.Service{"noisy": dynamic.Service(noisy{})})
	var f noisyFuncs
	if err := dynamic.Bind(t.Context(), l.host, "noisy", &f); err != nil {
		t.Fatal(err)
	}
	if err := f.Fill(t.Context(), fullDisk{}); !errors.Is(err, errDisk) {
		t.Errorf("Fill: %v", err)
	}
	var got []int
	var last error
	for v, err := range f.List(t.Context(), fullDisk{}) {
		if last = err; err == nil {
			got = append(got, v)
		}
	}
	if len(got) != 1 || !errors.Is(last, errDisk) {
		t.Errorf("List: %v, %v", got, last)
	}
	l.nothingLeft(t, 1)
}
