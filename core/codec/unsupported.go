package codec

import (
	"fmt"
	"reflect"
)

// Unsupported is the error of [Codec.Check] for a type that cannot cross. It
// says where in the type the trouble is, so that its reader can go there. It is
// a plain value and may be used concurrently.
type Unsupported struct {
	// Path leads from the type that was asked about to the one that cannot
	// cross, in words: "field Store.Lock", "element of field Store.Queues". It is
	// empty when the type asked about is itself the one.
	Path string
	// Type is the type that cannot cross. It is nil when no type was given.
	Type reflect.Type
	// Reason completes the sentence that begins with the name of Type, such as
	// "cannot cross a process".
	Reason string
}

// Error returns "codec: path: type reason".
func (e *Unsupported) Error() string {
	if e.Type == nil {
		return "codec: " + e.Reason
	}
	if e.Path == "" {
		return fmt.Sprintf("codec: %v %s", e.Type, e.Reason)
	}
	return fmt.Sprintf("codec: %s: %v %s", e.Path, e.Type, e.Reason)
}
