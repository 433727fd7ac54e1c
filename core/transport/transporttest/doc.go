// Package transporttest is the conformance suite for authors of transports.
//
// A driver's own test is a call of [Run]:
//
//	func TestConformance(t *testing.T) {
//		transporttest.Run(t, yamuxtransport.New())
//	}
//
// The suite makes links by itself, of every kind that the transport supports,
// also ones that deliver a byte at a time. Each case holds one sentence of the
// contract in the package transport, and prints that sentence when the transport
// breaks it. No case can hang: a step that does not return within its bound
// fails, and takes its link down. After each case the suite looks for
// goroutines and sockets that were left behind, so it must not share its process
// with tests that run in parallel.
package transporttest
