package rpc

import (
	"errors"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/internal/wirejson"
)

// The limits of what the engine itself reads, before any codec looks at it. No application
// raises them: they are far above what there is of anything.
//
// docs/limits.md and docs/protocol.md list them.
var (
	limitCodecs  = wirejson.Limit{Name: "Codecs", Max: 64}     // that one Dispense offers
	limitMethods = wirejson.Limit{Name: "Methods", Max: 4096}  // of one object
	limitParams  = wirejson.Limit{Name: "Params", Max: 256}    // of one method
	limitDetails = wirejson.Limit{Name: "Details", Max: 256}   // of one error
	limitTable   = wirejson.Limit{Name: "Methods", Max: 16384} // of all objects in one table of references

	limitError      = wirejson.Limit{Name: "Error", Max: 1 << 20}           // bytes of one error
	limitDispensed  = wirejson.Limit{Name: "DispenseReply", Max: 1 << 20}   // bytes of one answer to a Dispense
	limitTableNames = wirejson.Limit{Name: "MethodNames", Max: 1 << 20}     // bytes of the names in one table
	limitCatalogue  = jsoncodec.Options{MaxElements: codec.MaxElements / 4} // elements of one catalogue
)

// overWire is the error for one of them. It is the same that a codec's limit makes, see
// [decodeError].
func overWire(l wirejson.Limit) error { return &codec.LimitError{Limit: l.Name, Max: l.Max} }

// callOver is why a call fails whose table of references is over a limit, nil where it is
// not.
func callOver(err error) *Error {
	var over *codec.LimitError
	if !errors.As(err, &over) {
		return nil
	}
	return Errorf(ResourceExhausted, "the table of references is %w", err).WithDetail("limit", over.Limit)
}
