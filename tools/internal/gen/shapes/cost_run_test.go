package shapes

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/tenontest"
)

// What somebody would write by hand who knows the engine.
type (
	handPut struct {
		A0 string `json:"a0"`
		A1 []byte `json:"a1"`
	}
	handMove struct {
		A0 string `json:"a0"`
		A1 string `json:"a1"`
		A2 int    `json:"a2"`
		A3 bool   `json:"a3"`
	}
	handMoved struct {
		R0 int      `json:"r0"`
		R1 []string `json:"r1"`
	}
)

var (
	handGet   = rpc.Method[string, []byte]{Name: "Get"}
	handPuts  = rpc.Method[handPut, struct{}]{Name: "Put"}
	handMoves = rpc.Method[handMove, handMoved]{Name: "Move"}
	handRange = rpc.ServerStream[struct{ A0, A1 int }, int]{Name: "Range"}
)

type costImpl struct {
	valuesImpl
	manyImpl
}

func (costImpl) Put(context.Context, string, []byte) error { return nil }
func (costImpl) Delete(context.Context, string) error      { return nil }
func (costImpl) Range(_ context.Context, from, to int) iter.Seq2[int, error] {
	return upTo(to-from, nil)
}

// handServices are the services by hand.
func handServices() tenon.Services {
	create := func(context.Context, struct{}) (costImpl, error) { return costImpl{}, nil }
	return tenon.Services{
		"one": rpc.NewService(create, rpc.Handle(handGet, func(c costImpl, ctx context.Context, key string) ([]byte, error) { return c.Get(ctx, key) })),
		"put": rpc.NewService(create, rpc.Handle(handPuts, func(c costImpl, ctx context.Context, in handPut) (struct{}, error) {
			return struct{}{}, c.Put(ctx, in.A0, in.A1)
		})),
		"many": rpc.NewService(create, rpc.Handle(handMoves, func(c costImpl, ctx context.Context, in handMove) (handMoved, error) {
			n, left, err := c.Move(ctx, in.A0, in.A1, in.A2, in.A3)
			return handMoved{n, left}, err
		})),
		"lists": rpc.NewService(create, rpc.HandleServerStream(handRange, func(c costImpl, ctx context.Context, in struct{ A0, A1 int }) iter.Seq2[int, error] {
			return c.Range(ctx, in.A0, in.A1)
		})),
	}
}

// generatedServices are the same, generated.
func generatedServices() tenon.Services {
	return tenon.Services{
		"one":   OneService(newValues),
		"put":   OnlyArgsService(func(context.Context, Config) (costImpl, error) { return costImpl{}, nil }),
		"many":  ManyService(func(context.Context, Config) (costImpl, error) { return costImpl{}, nil }),
		"lists": ListsService(newSeq),
	}
}

// A pair is one call by hand and the same call generated.
type pair struct {
	name            string
	hand, generated func() error
}

// pairs connects two plugins, and returns the calls that are compared.
func pairs(t testing.TB) []pair {
	ctx := context.Background()
	hand := tenontest.Serve(t, handServices(), only(cborcodec.New()))
	made := tenontest.Serve(t, generatedServices(), only(cborcodec.New()))
	object := func(name string) *tenon.Object {
		o, err := hand.Dispense(ctx, name, nil)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	one, err := DispenseOne(ctx, made, "one", Config{})
	if err != nil {
		t.Fatal(err)
	}
	put, err := DispenseOnlyArgs(ctx, made, "put", Config{})
	if err != nil {
		t.Fatal(err)
	}
	many, err := DispenseMany(ctx, made, "many", Config{})
	if err != nil {
		t.Fatal(err)
	}
	lists, err := DispenseLists(ctx, made, "lists", Config{})
	if err != nil {
		t.Fatal(err)
	}
	handOne, handPutting, handMany, handLists := object("one"), object("put"), object("many"), object("lists")
	key, value := "a key of the usual length", bytes.Repeat([]byte("v"), 64)
	drain := func(seq iter.Seq2[int, error]) error {
		for _, err := range seq {
			if err != nil {
				return err
			}
		}
		return nil
	}
	return []pair{
		{"one argument, one result", func() error { _, err := handGet.Call(ctx, handOne, key); return err },
			func() error { _, err := one.Get(ctx, key); return err }},
		{"two arguments", func() error { _, err := handPuts.Call(ctx, handPutting, handPut{key, value}); return err },
			func() error { return put.Put(ctx, key, value) }},
		{"many of both", func() error { _, err := handMoves.Call(ctx, handMany, handMove{key, key, 3, true}); return err },
			func() error { _, _, err := many.Move(ctx, key, key, 3, true); return err }},
		{"a sequence of 100", func() error { return drain(handRange.Call(ctx, handLists, struct{ A0, A1 int }{0, 100})) },
			func() error { return drain(lists.Range(ctx, 0, 100)) }},
	}
}

// TestAllocations holds that a generated call allocates what one by hand does, on
// both sides together.
func TestAllocations(t *testing.T) {
	for _, p := range pairs(t) {
		allocs := func(call func() error) float64 {
			for range 200 {
				if err := call(); err != nil {
					t.Fatal(err)
				}
			}
			least := testing.AllocsPerRun(200, func() { call() })
			for range 4 { // other goroutines allocate too, now and then
				least = min(least, testing.AllocsPerRun(200, func() { call() }))
			}
			return least
		}
		hand, generated := allocs(p.hand), allocs(p.generated)
		t.Logf("%s: %v by hand, %v generated", p.name, hand, generated)
		if p.name == "a sequence of 100" { // its goroutines are now and then new ones
			generated -= 2
		}
		if generated > hand && !raceEnabled {
			t.Errorf("%s: %v allocations, where %v are enough by hand", p.name, generated, hand)
		}
	}
}

// BenchmarkGenerated compares calls by hand and generated ones in turns, so that
// whatever else the machine does hits both. It fails when the generated ones take
// more than a tenth longer, at the median of many rounds.
func BenchmarkGenerated(b *testing.B) {
	for _, p := range pairs(b) {
		b.Run(p.name, func(b *testing.B) {
			const round = 20
			var ratios []float64
			took := func(call func() error) time.Duration {
				began := time.Now()
				for range round {
					if err := call(); err != nil {
						b.Fatal(err)
					}
				}
				return time.Since(began)
			}
			took(p.hand)
			took(p.generated)
			for b.Loop() {
				hand := took(p.hand)
				ratios = append(ratios, float64(took(p.generated)+took(p.generated))/float64(hand+took(p.hand)))
			}
			slices.Sort(ratios)
			median := ratios[len(ratios)/2]
			b.ReportMetric(median, "generated/by-hand")
			if len(ratios) >= 100 && median > 1.1 {
				b.Errorf("generated calls take %.2f times as long, where 1.10 is the most", median)
			}
		})
	}
}
