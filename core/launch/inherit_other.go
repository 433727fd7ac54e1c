//go:build !unix

package launch

import (
	"errors"
	"net"
)

const noLinks = "this system has no inherited links"

func isLink(int) (string, error) { return noLinks, errors.ErrUnsupported }

func takeOver(int) (net.Conn, string, error) {
	return nil, noLinks, errors.ErrUnsupported
}
