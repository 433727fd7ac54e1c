//go:build !unix

package transporttest

// systemLinks is empty where the system has no pairs of unix sockets.
func systemLinks() []Link { return nil }
