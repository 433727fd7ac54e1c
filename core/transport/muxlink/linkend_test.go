package muxlink

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
)

func TestLinkEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		mid  bool
		eof  bool
	}{
		{"end", io.EOF, false, true},
		{"end within a frame", io.EOF, true, true},
		{"reset, because bytes were under way", syscall.ECONNRESET, false, true},
		{"anything else", syscall.EIO, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := LinkEnd(tt.err, tt.mid)
			if !errors.Is(err, tt.err) || errors.Is(err, io.EOF) != tt.eof || errors.Is(err, net.ErrClosed) {
				t.Errorf("LinkEnd = %v, want it to match %v, and io.EOF: %v, and never net.ErrClosed", err, tt.err, tt.eof)
			}
		})
	}
}
