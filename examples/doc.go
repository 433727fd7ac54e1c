// Package examples holds programs that show how hosts and plugins are written,
// and the tests that run every transport with every codec.
package examples
