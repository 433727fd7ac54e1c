package rpc

import (
	"runtime"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

// maxAllocs is how much one call of 64 bytes may allocate on both sides together,
// with a codec that costs next to nothing: the bytes of the arguments and of the
// result on each side, the call as the handler sees it, and little else.
const maxAllocs = 8

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
		call := func() {
			if _, err := echoMethod.Call(t.Context(), o, arg); err != nil {
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
	p := newBuffer(frameBuffer)
	p.free()
	runtime.ReadMemStats(&before)
	for range 200 {
		newBuffer(frameBuffer).free()
	}
	runtime.ReadMemStats(&after)
	return after.Mallocs-before.Mallocs > 50
}
