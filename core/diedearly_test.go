//go:build unix

package tenon_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

func init() {
	programs["early"] = func() { // starts a child before it serves
		child, err := startChild(exec.Command("sleep", "1000"))
		if err != nil {
			panic(err)
		}
		fmt.Println(child)
		io.ReadFull(os.Stdin, make([]byte, 1))
		tenon.Main(tenon.ServeConfig{Cookie: cookie, Services: testServices()})
	}
}

// TestHostDiesInTheHandshake has hosts that die before a plugin has met them, when it has
// started a process already: that goes with it.
func TestHostDiesInTheHandshake(t *testing.T) {
	for name, said := range map[string]string{"before it spoke": "", "in the middle of a word": "TENO\x00"} {
		t.Run(name, func(t *testing.T) {
			stdin, let := io.Pipe()
			out, printed := io.Pipe()
			defer out.Close()
			// The launcher leaves the child alone, as a host does that is no more.
			p, err := program("early", launch.Survivors(true), launch.Stdin(stdin)).Launch(t.Context(),
				launch.Request{Link: true, Env: []string{cookie.Key + "=" + cookie.Value}, Stdout: printed})
			if err != nil {
				t.Fatal(err)
			}
			var child int
			if _, err := fmt.Fscanln(out, &child); err != nil || !alive(child) {
				t.Fatalf("it has no child: %v", err)
			}
			io.WriteString(p.Link(), said)
			p.Link().Close()
			let.Write([]byte("x"))
			within(t, "the plugin", func() { <-p.Done() })
			gone(t, child)
		})
	}
}

// A host that breaks the protocol is there to be told: the plugin says what it was, before it
// ends with all that it has started. That is what an author of another implementation sees.
func TestHostBreaksTheProtocol(t *testing.T) {
	var stderr synced
	p, err := program("plugin").Launch(t.Context(), launch.Request{Link: true, Env: []string{cookie.Key + "=" + cookie.Value}, Stderr: &stderr})
	if err != nil {
		t.Fatal(err)
	}
	offer := `{"tenon":1,"versions":[1],"transports":["direct/1"],"codecs":["json"]}`
	fmt.Fprintf(p.Link(), "TENO%s%s", binary.BigEndian.AppendUint32(nil, uint32(len(offer))), offer)
	p.Link().Write([]byte("\x01\x00\x00\x0d\x00\x00\x00\x01\x01" + "\x00\x00\x00\x00\x77\x00\x00\x00\x00\x00\x00\x00")) // a type that is not listed
	within(t, "the plugin", func() { <-p.Done() })
	if !strings.Contains(stderr.String(), "broke the protocol") || !strings.Contains(stderr.String(), "type 0x77") {
		t.Errorf("it says %q", stderr.String())
	}
}
