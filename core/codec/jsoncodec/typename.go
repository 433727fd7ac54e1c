package jsoncodec

import (
	"fmt"
	"reflect"
)

// typeName names the type of v in an error. A struct without a name, such as the
// arguments of a method that is called by reflection, would be there with all its
// fields and tags.
func typeName(v any) string {
	t := reflect.TypeOf(v)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t != nil && t.Kind() == reflect.Struct && t.Name() == "" {
		return fmt.Sprintf("a struct of %d fields", t.NumField())
	}
	return fmt.Sprintf("%T", v)
}
