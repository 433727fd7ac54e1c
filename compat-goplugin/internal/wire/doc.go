// Package wire speaks the three services that go-plugin adds to a plugin's own:
// plugin.GRPCBroker, plugin.GRPCStdio and plugin.GRPCController.
//
// Their messages are encoded by hand, and travel through gRPC as the unknown fields
// of an empty message. So nothing of them stands in the registry of protocol
// buffers, which refuses a second file of one name: a program may hold this package
// as often as it likes, beside any other that speaks the same services.
package wire
