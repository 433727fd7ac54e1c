//go:build !unix

package launch

// SealDescriptors does nothing on this system, where programs inherit only the handles that
// they are given.
func SealDescriptors() error { return nil }
