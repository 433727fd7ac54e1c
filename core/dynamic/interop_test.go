package dynamic_test

import (
	"context"
	"iter"
	"testing"

	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/rpc"
)

// The same methods, as a package that uses rpc's types has them.
var (
	upTo   = rpc.ServerStream[int, int]{Name: "UpTo"}
	sum    = rpc.ClientStream[int, int]{Name: "Sum"}
	double = rpc.BidiStream[int, int]{Name: "Double"}
)

type numbers struct{}

func (numbers) UpTo(_ context.Context, n int) iter.Seq2[int, error] { return counting(n) }

func (numbers) Sum(_ context.Context, seq iter.Seq2[int, error]) (int, error) {
	return (&files{}).Sum(0, seq)
}

func (numbers) Double(seq iter.Seq2[int, error]) iter.Seq2[int, error] { return (&files{}).Double(seq) }

func typedNumbers() *rpc.Service {
	return rpc.NewService(func(context.Context, struct{}) (numbers, error) { return numbers{}, nil },
		rpc.HandleServerStream(upTo, numbers.UpTo),
		rpc.HandleClientStream(sum, numbers.Sum),
		rpc.HandleBidiStream(double, func(_ numbers, _ context.Context, s *rpc.Stream[int, int]) error {
			for n, err := range s.All() {
				if err != nil {
					return err
				}
				if err := s.Send(2 * n); err != nil {
					return err
				}
			}
			return nil
		}),
	)
}

// TestTypedAndDynamic holds that each road serves the callers of the other one.
func TestTypedAndDynamic(t *testing.T) {
	for name, service := range map[string]*rpc.Service{"typed": typedNumbers(), "dynamic": dynamic.Service(numbers{})} {
		t.Run(name, func(t *testing.T) {
			l := connect(t, nil, map[string]*rpc.Service{"numbers": service})
			o, err := l.host.Dispense(t.Context(), "numbers", nil)
			if err != nil {
				t.Fatal(err)
			}
			var bound struct {
				UpTo   func(context.Context, int) iter.Seq2[int, error]
				Sum    func(context.Context, iter.Seq2[int, error]) (int, error)
				Double func(context.Context, iter.Seq2[int, error]) iter.Seq2[int, error]
			}
			if err := dynamic.BindObject(o, &bound); err != nil {
				t.Fatal(err)
			}
			for who, seq := range map[string]iter.Seq2[int, error]{
				"typed": upTo.Call(t.Context(), o, 100), "bound": bound.UpTo(t.Context(), 100),
				"typed both": doubled(t, o), "bound both": bound.Double(t.Context(), counting(50)),
			} {
				total := 0
				for n, err := range seq {
					if err != nil {
						t.Fatal(who, err)
					}
					total += n
				}
				if want := map[bool]int{true: 4950, false: 2450}[len(who) == len("typed")]; total != want {
					t.Errorf("%s: %d, not %d", who, total, want)
				}
			}
			typed, err := sum.Call(t.Context(), o, counting(10))
			if err != nil || typed != 45 {
				t.Errorf("typed: %d, %v", typed, err)
			}
			if n, err := bound.Sum(t.Context(), counting(10)); err != nil || n != 45 {
				t.Errorf("bound: %d, %v", n, err)
			}
			l.nothingLeft(t, 1)
		})
	}
}

// doubled calls Double through rpc.
func doubled(t *testing.T, o *rpc.Object) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		s, err := double.Open(t.Context(), o)
		if err != nil {
			yield(0, err)
			return
		}
		defer s.Cancel()
		for i := range 50 {
			s.Send(i)
		}
		s.CloseSend()
		s.All()(yield)
	}
}
