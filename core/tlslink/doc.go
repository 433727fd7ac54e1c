// Package tlslink makes the link between a host and its plugin a TLS connection over
// loopback, for systems and sandboxes where neither an inherited socket pair nor a unix
// socket will do. Both sides say so:
//
//	Launcher: tlslink.Over(launch.Command("./plugin"))            // host
//	tenon.Main(tenon.ServeConfig{…, Listen: tlslink.Listen})      // plugin
//
// It is TLS 1.3 with certificates on both sides, of Ed25519 keys that each makes for this
// one start and keeps in its memory. What each has to know of the other's key, a hash,
// passes through files in a directory that only this user may enter; its path is all that
// the plugin's environment says. So another user's program that finds the port, and gets
// there first, is turned away, and one that listens there instead of the plugin is not
// believed.
//
// The package is apart from core since it links crypto/tls, which takes megabytes.
package tlslink
