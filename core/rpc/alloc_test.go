package rpc

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

// maxAllocs is how much one call of 64 bytes may allocate on both sides together,
// with a codec that costs next to nothing: the arguments and the result on each
// side together, the bytes of each that is decoded, and the call as the handler sees it.
const maxAllocs = 5

func TestAllocationsOfACall(t *testing.T) {
	if raceEnabled() {
		t.Log("under the race detector pools drop some of what is put back: the bound is not checked")
	}
	leak.Check(t)
	for name, link := range links {
		a, b := link(t)
		codecs := []codec.Codec{bytesCodec{}}
		p := connect(t, a, b, Config{Codecs: codecs}, Config{Codecs: codecs, Services: map[string]*Service{"bytes": newBytesService()}})
		o := p.dispense(t, "bytes")
		arg := make([]byte, 64)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		call := func() {
			if _, err := echoMethod.Call(ctx, o, arg); err != nil {
				t.Fatal(err)
			}
		}
		for range 100 {
			call()
		}
		n := testing.AllocsPerRun(500, call)
		t.Logf("%s: %v allocations a call, both sides together", name, n)
		if n > maxAllocs && !raceEnabled() {
			t.Errorf("%s: %v allocations, where %d are the most", name, n, maxAllocs)
		}
	}
}

// raceEnabled reports whether the race detector runs: it makes a pool forget at
// random.
func raceEnabled() bool {
	var before, after runtime.MemStats
	p := newBuffer(smallBuffer)
	p.free()
	runtime.ReadMemStats(&before)
	for range 200 {
		newBuffer(smallBuffer).free()
	}
	runtime.ReadMemStats(&after)
	return after.Mallocs-before.Mallocs > 50
}
