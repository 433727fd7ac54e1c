// Package rpctest holds the engine's streams and live values to their promises
// over a transport: that they work, that a peer which breaks the rules harms only
// itself, and that nothing is left behind.
//
// It is for the modules that supply transports, and for transports of your own:
//
//	func TestEngine(t *testing.T) { rpctest.Run(t, mytransport.New()) }
//
// The package transporttest has the suite for the transport itself; run that one
// first.
package rpctest
