// Package cborcodec is the codec over CBOR (RFC 8949), by
// [github.com/fxamacker/cbor/v2]: compact, fast, and spoken by most languages. It
// is the one to choose unless something speaks for another.
//
// Any Go struct crosses. Fields are named by their `cbor` tag, or else their
// `json` tag, or else their name, and the options of both tags apply; `keyasint`
// and `toarray` make messages smaller still. Types that implement
// [cbor.Marshaler], [encoding.BinaryMarshaler] or [encoding.TextMarshaler], and
// the way back, encode themselves.
//
// The choices made here, where CBOR leaves one:
//
//   - What arrives in an `any`: integers as int64, or as *big.Int beyond its range;
//     floats as float64, text as string, bytes as []byte, arrays as []any, maps as
//     map[string]any, times as [time.Time]. A map with keys that are not text is an
//     error there.
//   - A time keeps its nanoseconds and its offset from UTC. It does not keep the
//     name of its zone, and years beyond 9999 are an error.
//   - Floats keep their width. NaN and the infinities cross.
//   - A map that holds a key twice is an error, and so is text that is not UTF-8.
//     The sender does not look, so that such text becomes an error on arrival.
//   - Arrays, maps and strings of indefinite length are accepted, since encoders of
//     other languages send them, and never sent.
//   - Fields that the receiver does not know are ignored, and fields that were not
//     sent stay zero. Names of fields are compared exactly.
//   - An empty slice or map and a nil one stay different.
//
// Limits are in [Options].
package cborcodec
