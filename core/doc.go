// Package tenon lets a Go program, the host, use Go interfaces whose
// implementations run in other processes, the plugins.
//
// A host makes a [Client] for each plugin. The client starts the plugin, agrees
// with it on a protocol version, a transport and codecs, and dispenses objects of
// the services that the plugin offers. A plugin's main function calls [Main], or
// [Serve] where it wants to own flags, signals and the exit code itself.
//
// # Ways to define a service
//
// The command "tenon gen" makes all that is needed of a Go interface. The package
// dynamic serves any Go value by reflection and binds a struct of funcs to it on the
// host, with nothing generated. The package rpc has typed helpers to write a service
// by hand.
//
// # What a host and its plugins share
//
// Transports and codecs are values that both sides list, in order of preference,
// most often in a small package that both import. Where a list is empty, the ones
// in this module serve: the transport direct, and the codec json.
//
// # Lifetimes
//
// Making a Client does no I/O: the plugin is started by Start, or by the first
// call that needs it. A context given to a method bounds that method only. Close
// stops the plugin. A plugin ends when its host closes it, and when its host dies
// in whatever way.
//
// # Concurrency
//
// All methods of a Client, and all that it returns, may be called by any number
// of goroutines at any time.
package tenon
