// Package jsoncodec is the codec that needs nothing but the standard library,
// and that any other language can speak: values travel as JSON.
//
// Values are encoded as [encoding/json] encodes them, with its struct tags and
// marshaling methods, and with these choices:
//
//   - <, > and & are written as they are, not escaped for HTML.
//   - []byte travels as base64 text.
//   - A string that is not valid UTF-8 is an error. It would arrive changed; use
//     []byte for such bytes. The error is also given for a [json.RawMessage] or a
//     marshaling method that spells U+FFFD as an escape.
//   - A time keeps its nanoseconds and its offset from UTC. It does not keep the name
//     of its zone, and years beyond 9999 are an error.
//   - A number that arrives in an `any` becomes a [json.Number], so that integers
//     above 2^53 keep every digit. NaN and the infinities have no JSON, and are an
//     error.
//   - Fields that the receiver does not know are ignored, and fields that were not
//     sent stay zero, so that types may grow on either side first.
//   - Input that is nested deeper than [codec.MaxDepth] levels is refused before
//     anything is decoded, and so is input that is not valid UTF-8.
//   - An empty slice or map and a nil one stay different: [] and null.
//
// Text is not compact: where both sides are Go, the codec modules are smaller on
// the wire and several times as fast.
package jsoncodec
