package jsoncall

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tenon-dev/tenon/core/codec"
)

// parse returns the one JSON value in src, with numbers as they are written.
func parse(what string, src []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows the value")
		}
	}
	switch {
	case errors.Is(err, io.EOF) && len(bytes.TrimSpace(src)) == 0:
		err = errors.New("it is empty")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("it ends too early")
	}
	if err != nil {
		return nil, &SyntaxError{What: what, Err: err}
	}
	if depthOf(v) > codec.MaxDepth {
		return nil, &SyntaxError{What: what, Err: fmt.Errorf("it is nested deeper than %d levels", codec.MaxDepth)}
	}
	return v, nil
}

func depthOf(v any) int {
	most := 0
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			most = max(most, depthOf(e))
		}
	case map[string]any:
		for _, e := range v {
			most = max(most, depthOf(e))
		}
	default:
		return 0
	}
	return most + 1
}

// found says in words what a value is.
func found(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return "the number " + shorten(string(v))
	case string:
		return "the text " + strconv.Quote(shorten(v))
	case []any:
		return fmt.Sprintf("a list of %d", len(v))
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		if len(names) == 0 {
			return "an empty object"
		}
		return "an object with " + shorten(strings.Join(names, ", "))
	}
	return fmt.Sprintf("%T", v)
}

func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
