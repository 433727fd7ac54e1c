package codec_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
)

func TestScanJSON(t *testing.T) {
	for src, limit := range map[string]string{
		`[1,2,3,4,5]`:               "",
		`[1,2,3,4,5,6]`:             "MaxElements",
		`{"a":[{}],"b":1}`:          "",
		`[[],[],[],[]]`:             "MaxElements",
		`[[[1]]]`:                   "",
		`[[[[1]]]]`:                 "MaxDepth",
		`"` + `[[[[,,,,,,,,,` + `"`: "",
		`"\"[[[[,,,,,,,,,\\"`:       "",
		`"\\",1,2,3,4,5,6`:          "MaxElements",
		`[1,"`:                      "",
	} {
		err := codec.ScanJSON([]byte(src), 3, 5)
		var e *codec.LimitError
		if errors.As(err, &e) != (limit != "") || e != nil && (e.Limit != limit || !strings.Contains(err.Error(), limit)) {
			t.Errorf("%s: %v", src, err)
		}
	}
	if text := (&codec.LimitError{Limit: "MaxOf", Max: 3}).Error(); text != "over the limit MaxOf, 3" {
		t.Error(text)
	}
}

// FuzzScanJSON holds the scan against a parser: what it lets through has no more than it
// says.
func FuzzScanJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{"b":"\"[,"}]}`))
	f.Add([]byte(`[[[[1]]]]`))
	f.Fuzz(func(t *testing.T, src []byte) {
		var v any
		if json.Unmarshal(src, &v) != nil {
			codec.ScanJSON(src, 3, 5)
			return
		}
		var depth, elements int
		measure(v, 0, &depth, &elements)
		err := codec.ScanJSON(src, 3, 5)
		var e *codec.LimitError
		switch errors.As(err, &e); {
		case err == nil && (depth > 3 || elements > 5+1):
			t.Fatalf("%q has %d levels and %d elements", src, depth, elements)
		case err != nil && e.Limit == "MaxDepth" && depth <= 3:
			t.Fatalf("%q has %d levels: %v", src, depth, err)
		}
	})
}

func measure(v any, at int, depth, elements *int) {
	switch v := v.(type) {
	case []any:
		*depth = max(*depth, at+1)
		for _, e := range v {
			*elements++
			measure(e, at+1, depth, elements)
		}
	case map[string]any:
		*depth = max(*depth, at+1)
		for _, e := range v {
			*elements++
			measure(e, at+1, depth, elements)
		}
	}
}
