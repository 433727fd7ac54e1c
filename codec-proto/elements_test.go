package protocodec

import (
	"bytes"
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/tenon-dev/tenon/core/codec"
)

func listOf(n int) *structpb.ListValue {
	l := &structpb.ListValue{}
	for range n {
		l.Values = append(l.Values, &structpb.Value{})
	}
	return l
}

func TestElements(t *testing.T) {
	src, err := proto.Marshal(listOf(1000))
	if err != nil {
		t.Fatal(err)
	}
	m := (&structpb.ListValue{}).ProtoReflect().Descriptor()
	for _, limit := range []int{0, 1, 999, 1000, 2000} {
		if left := countElements(src, m, limit, 0); (left < 0) != (limit < 1000) {
			t.Errorf("%d are left of %d", left, limit)
		}
	}
	many := bytes.Repeat([]byte{0x0a, 0x00}, codec.MaxElements+1) // so many empty values
	var e *codec.LimitError
	if err := New().Decode(many, &structpb.ListValue{}); !errors.As(err, &e) || e.Limit != "MaxElements" {
		t.Errorf("got %v", err)
	}
}

func FuzzCountElements(f *testing.F) {
	src, err := proto.Marshal(listOf(10))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(src, 5)
	f.Add([]byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f}, 1)
	f.Fuzz(func(t *testing.T, src []byte, limit int) {
		limit = max(limit, 0)
		m := (&structpb.ListValue{}).ProtoReflect().Descriptor()
		left := countElements(src, m, limit, 0)
		if left < 0 && len(src) <= limit {
			t.Fatalf("% x has more than %d elements in %d bytes", src, limit, len(src))
		}
		list := &structpb.ListValue{}
		if proto.Unmarshal(src, list) == nil && left >= 0 && len(list.Values) > limit {
			t.Fatalf("% x is a list of %d, and %d of %d are left", src, len(list.Values), left, limit)
		}
	})
}
