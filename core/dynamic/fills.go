package dynamic

import (
	"fmt"
	"reflect"
)

var bytesType = reflect.TypeFor[[]byte]()

// fills says why a method of that name, whose parameters begin behind skip, cannot be
// called from another process: it fills a slice of its caller's, of which only a copy
// crosses. It knows those of io.Reader and io.ReaderAt; of others a []byte does not tell.
func fills(name string, t reflect.Type, skip int) error {
	params := t.NumIn() - skip
	if params < 1 || t.In(skip) != bytesType || t.NumOut() != 2 || t.Out(0).Kind() != reflect.Int || t.Out(1) != errorType {
		return nil
	}
	const form = "it fills a slice of its caller's, and nothing of that crosses: %s"
	switch {
	case name == "Read" && params == 1:
		return fmt.Errorf(form, "take or return an io.Reader, or return the bytes")
	case name == "ReadAt" && params == 2 && t.In(skip+1).Kind() == reflect.Int64:
		return fmt.Errorf(form, "return the bytes, or an io.Reader of that section")
	}
	return nil
}
