// Package reattach lets plugins outlive their hosts: a host that is upgraded, or that
// crashed, finds its plugins again, with all that they hold.
//
// A plugin that may be kept says so:
//
//	tenon.Main(tenon.ServeConfig{…, Keeper: reattach.Keeper()})
//
// The host asks for it, and writes down what the next one needs:
//
//	client := tenon.NewClient(tenon.ClientConfig{…, Outlive: tenon.Outlive{Secret: reattach.Secret()}})
//	…
//	info, err := client.AttachInfo() // as JSON, into a file that only this user can read
//
// The next host uses it in place of the launcher:
//
//	Launcher: reattach.To(info)
//
// Both sides prove that they know the secret, by the exchange in docs/protocol.md, and
// that they belong to the same user. The process is known by its number and by when
// it started, so that no other process is ever taken for it. What it printed while no
// host was there comes first.
//
// The package is apart from core so that plugins which are never kept need not carry it.
package reattach
