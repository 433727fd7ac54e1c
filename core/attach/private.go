package attach

// PrivateDir returns dir, or [Dir] for "", after it was made sure that it is a directory
// that only this user may enter: what is put there can be trusted later. With create it
// is made if it is not there; without, the error then matches [io/fs.ErrNotExist].
func PrivateDir(dir string, create bool) (string, error) {
	if dir == "" {
		dir = Dir()
	}
	if create {
		return dir, makeDir(dir)
	}
	return dir, checkDir(dir)
}

// CheckName returns why no plugin can run under a name, or nil.
func CheckName(name string) error { return checkName(name) }
