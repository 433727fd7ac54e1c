//go:build unix

package tenon_test

import (
	"os"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/launch"
)

// A program that closes what it has inherited, and goes on, is told from one that has ended.
func TestLinkClosedByTheProgram(t *testing.T) {
	leak.Check(t)
	for _, how := range []string{"exec 3>&-", "read -r -n 1 x <&3; exec 3>&-"} { // with and without the hello unread
		c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: launch.Command("/bin/bash", launch.Args("-c", how+"; sleep 60"))})
		if _, err := os.Stat("/bin/bash"); err != nil {
			t.Skip(err)
		}
		err := c.Start(t.Context())
		start := as[*tenon.StartError](t, err)
		if !strings.Contains(start.Reason, "closed the link without a word") || !strings.Contains(start.Hint, "closes descriptors") {
			t.Errorf("%s: %v", how, err)
		}
		c.Close()
	}
}
