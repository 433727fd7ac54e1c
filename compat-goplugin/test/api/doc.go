// Package api compares the exported API of this library with that of the original, as
// the compiler sees them.
package api
