package cborcodec

import (
	"bytes"
	"errors"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/tenon-dev/tenon/core/codec"
)

func TestHasMore(t *testing.T) {
	for src, elements := range map[string]int{
		"\x01": 0, "\x83\x01\x02\x03": 3, "\xa2\x61a\x01\x61b\x02": 4, "\x82\x81\x01\x81\x02": 4,
		"\x9f\x01\x02\xff": 2, "\xbf\x61a\x01\xff": 2, "\x62ab": 0, "\x81\x58\x03abc": 1, "\xc1\x1a\x00\x00\x00\x01": 1,
	} {
		for limit := range 6 {
			if got := hasMore([]byte(src), limit); got != (elements > limit) {
				t.Errorf("% x has more than %d: %v", src, limit, got)
			}
		}
	}
	c := New()
	many, err := c.Append(nil, make([]int, codec.MaxElements+1))
	if err != nil {
		t.Fatal(err)
	}
	var e *codec.LimitError
	if err := c.Decode(many, new([]int)); !errors.As(err, &e) || e.Limit != "MaxElements" {
		t.Errorf("got %v", err)
	}
}

// FuzzHasMore holds the count against the library's notion of what is well-formed: a value
// of so many elements as it has bytes is none.
func FuzzHasMore(f *testing.F) {
	f.Add([]byte("\xa2\x61a\x01\x61b\x82\x01\x02"), 3)
	f.Add([]byte("\x9f\x9f\xff\x5f\x41a\xff\xff"), 1)
	f.Add(bytes.Repeat([]byte{0x9b, 0xff}, 9), 2)
	f.Fuzz(func(t *testing.T, src []byte, limit int) {
		limit = max(limit, 0)
		more := hasMore(src, limit)
		if more && limit > 0 && !hasMore(src, limit-1) {
			t.Fatalf("% x has more than %d, and not more than %d", src, limit, limit-1)
		}
		if more && len(src) <= limit {
			t.Fatalf("% x has more than %d elements in %d bytes", src, limit, len(src))
		}
		var list []cbor.RawMessage
		if cbor.Unmarshal(src, &list) == nil && len(list) > 0 && !hasMore(src, len(list)-1) {
			t.Fatalf("% x is a list of %d, and has fewer elements", src, len(list))
		}
	})
}
