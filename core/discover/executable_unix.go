//go:build unix

package discover

import "io/fs"

func executable(info fs.FileInfo) bool { return info.Mode().Perm()&0o111 != 0 }
