// Package gobcodec is the codec over [encoding/gob], for hosts and plugins that
// are both written in Go and want any Go struct to cross without tags, schema or
// third-party code.
//
// # Form
//
// Each message stands alone: the definitions of every type in it, and then one
// value. gob's own streams send definitions once and are cheap only after that;
// here both ends keep encoders and decoders that have the definitions behind
// them, so a message costs the bytes of its definitions and little time. Unlike
// in gob's own streams, the types of values in interfaces are defined before the
// value too, never inside it. A nil pointer is the single byte 0.
//
// # What gob changes
//
//   - Only exported fields cross. Fields are matched by name; those that one side
//     lacks are ignored or stay zero, but a struct of which no field matches is an
//     error.
//   - gob does not send zero values: a pointer to a zero number or text arrives as
//     nil, and an empty slice arrives as nil. A map at the top level never arrives
//     as nil. Pointers to pointers are flattened.
//   - A slice or map that holds a nil pointer is an error.
//   - Values in interfaces need their types registered by both programs, with
//     [gob.Register] or, so that the name does not depend on the package's path,
//     [gob.RegisterName]. These are global to the program and panic on conflicts,
//     so this package never calls them. A value whose type alone is an interface
//     cannot be sent; put it into a struct.
//
// # Trust
//
// gob is not made for input from someone hostile. This package therefore reads
// each message first by itself, and hands gob only what is whole: every length
// fits the bytes that are there, nesting ends at [codec.MaxDepth], every type is
// defined before it is used. See the README for what that leaves open.
package gobcodec
