package tenon_test

import (
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
)

// A driver that is nil is said to be so, before anything runs.
func TestNilDrivers(t *testing.T) {
	for want, lists := range map[string]struct {
		transports []transport.Transport
		codecs     []codec.Codec
	}{
		"transport 0 is nil": {transports: []transport.Transport{nil}},
		"codec 0 is nil":     {codecs: []codec.Codec{nil}},
	} {
		host := tenon.ClientConfig{Cookie: cookie, Launcher: launch.Command("/no/such"), Transports: lists.transports, Codecs: lists.codecs}
		c := tenon.NewClient(host)
		if err := c.Start(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Error(err)
		}
		c.Close()
	}
}
