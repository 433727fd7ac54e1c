package transporttest

import (
	"slices"
)

// fakes returns all the ways in which this package knows to break a transport.
func fakes() []fake {
	return slices.Concat(streamFakes(), sessionFakes(), linkFakes(), watchFakes(), pairFakes())
}
