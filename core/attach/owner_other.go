//go:build !unix

package attach

import "io/fs"

// checkOwner accepts every directory: the rights of this system are inherited from
// the user's own folders.
func checkOwner(string, fs.FileInfo) error { return nil }
