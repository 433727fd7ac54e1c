package tenon_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/reattach"
)

// TestForeignDirectoryStays has a host name a directory that is not the plugin's, as where
// its outputs are: a plugin removes what is its own, and no more.
func TestForeignDirectoryStays(t *testing.T) {
	for name, keeper := range map[string]tenon.Keeper{"cannot outlive": nil, "can outlive": reattach.Keeper()} {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			dir := t.TempDir()
			letter := filepath.Join(dir, "sub", "letter")
			if err := os.Mkdir(filepath.Dir(letter), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(letter, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
			a, b := net.Pipe()
			ctx, cancel := context.WithCancel(t.Context())
			served := make(chan error, 1)
			go func() {
				served <- tenon.ServeConn(ctx, b, tenon.ServeConfig{Cookie: cookie, Services: testServices(), Keeper: keeper})
			}()
			secret := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
			json := fmt.Sprintf(`{"tenon":1,"versions":[1],"transports":["direct/1"],"codecs":["json"],"keep":{"dir":%q,"secret":%q,"seconds":1}}`, dir, secret)
			head := binary.BigEndian.AppendUint32([]byte("TENO"), uint32(len(json)))
			if _, err := a.Write(append(head, json...)); err != nil {
				t.Fatal(err)
			}
			answer := make([]byte, 4096)
			if n, err := a.Read(answer); err != nil || n < 4 || string(answer[:4]) != "TENO" {
				t.Fatalf("the answer is %q, %v", answer[:n], err)
			}
			a.Close()
			cancel()
			<-served
			if _, err := os.Stat(letter); err != nil {
				t.Errorf("somebody else's file was removed: %v", err)
			}
		})
	}
}
