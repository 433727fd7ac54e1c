package discover

import (
	"encoding/json"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

// A description of many small things takes much more memory than it has bytes: it is
// refused before it is parsed, and one that is just within the limit takes little.
func TestParseIsBounded(t *testing.T) {
	services := func(n int) []byte {
		return []byte(`{"format":"` + string(mark) + `","catalogues":{"1":{"services":[{}` + strings.Repeat(`,{}`, n) + `]}}}`)
	}
	for _, c := range []struct {
		src   []byte
		limit string
		most  uint64
	}{
		{services(2_700_000), "DescriptionElements", 1 << 20},
		{[]byte(`{"more":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`), "MaxDepth", 1 << 20},
		{services(maxElements/2 - 10), "", 96 << 20},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d, err := Parse(c.src)
		runtime.ReadMemStats(&after)
		var over *codec.LimitError
		if errors.As(err, &over); c.limit == "" && err != nil || c.limit != "" && (over == nil || over.Limit != c.limit || !errors.Is(err, ErrDescribe)) {
			t.Errorf("%d bytes: %v, want the limit %q", len(c.src), err, c.limit)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > c.most {
			t.Errorf("%d bytes took %d", len(c.src), took)
		}
		runtime.KeepAlive(d)
	}
}

// FuzzParse takes anything for a description, and what is one can be written and read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"format":"` + string(mark) + `","name":"n","catalogues":{"1":{"default":"s","services":[{"name":"s","methods":[{"name":"M","args":{"kind":"list","elem":{"kind":"int"}}}]}]}}}`))
	f.Add([]byte(`{"format":"` + string(mark) + `","catalogues":{"1":null}}`))
	f.Add([]byte(`{"format":"other"}`))
	f.Add([]byte("[[[["))
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := Parse(src)
		if err != nil {
			if !errors.Is(err, ErrDescribe) {
				t.Fatalf("got %v", err)
			}
			return
		}
		again, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Parse(again)
		if err != nil {
			t.Fatalf("%q became %q: %v", src, again, err)
		}
		if third, err := json.Marshal(e); err != nil || !reflect.DeepEqual(third, again) {
			t.Fatalf("%q became %q, %v", again, third, err)
		}
	})
}
