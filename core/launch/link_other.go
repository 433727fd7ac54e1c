//go:build !unix

package launch

import (
	"errors"
	"net"
	"os"
)

// canInherit says whether a plugin can inherit its link on this system.
const canInherit = false

func linkPair() (net.Conn, *os.File, error) { return nil, nil, errors.ErrUnsupported }
