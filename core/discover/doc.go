// Package discover finds plugin binaries in directories, and learns what they are
// without starting them as plugins:
//
//	for p, err := range discover.Find(ctx, discover.Options{Dirs: dirs, Pattern: "mytool-*"}) {
//		…
//	}
//
// A file is run only when it bears the mark that every program has which calls
// tenon.Main, and when [Options.Verify] has nothing against it; then only with the
// flag --describe, an empty environment, and a bounded time, and from a private copy of
// what was verified. What it says is kept by the hash of its content, so that a file is
// asked once.
package discover
