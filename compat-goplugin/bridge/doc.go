// Package bridge joins Tenon's hosts and plugins with those of go-plugin, for a team
// that moves one side at a time.
//
// A host gives [Dialect] to its tenon.Client, which then runs plugins of both kinds:
// one that knows Tenon uses that, any other answers with go-plugin's line. A plugin
// calls [Main] instead of either library's own main function, and serves whichever
// host has started it.
package bridge
