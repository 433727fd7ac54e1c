package gobcodec_test

import (
	"errors"
	"strings"
	"testing"

	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	"github.com/tenon-dev/tenon/core/codec"
)

func TestMaxElements(t *testing.T) {
	c := gobcodec.NewWith(gobcodec.Options{MaxElements: 10})
	for _, v := range []any{make([]int, 10), make([]int, 11), map[string]int{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, [][]int{make([]int, 5), make([]int, 5)}} {
		b, err := c.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		var list []int
		var table map[string]int
		var lists [][]int
		into := any(&list)
		switch v.(type) {
		case map[string]int:
			into = &table
		case [][]int:
			into = &lists
		}
		err = c.Decode(b, into)
		var e *codec.LimitError
		few := len(list) == 10 || len(table) == 5
		if few != (err == nil) || !few && (!errors.As(err, &e) || e.Limit != "MaxElements" || !strings.Contains(err.Error(), "more than 10 elements")) {
			t.Errorf("%v: %v", v, err)
		}
	}
}
