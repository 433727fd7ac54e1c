//go:build unix && (!linux || race)

package muxlink

import "syscall"

// A vector writes several slices, one after the other.
type vector struct{}

func (vector) write(fd int, parts [][]byte) (int, error) {
	done := 0
	for _, p := range parts {
		n, err := syscall.Write(fd, p)
		if err != nil {
			if done > 0 { // the next attempt says it again
				return done, nil
			}
			return 0, err
		}
		if done += n; n < len(p) {
			break
		}
	}
	return done, nil
}
