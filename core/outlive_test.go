package tenon_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
)

// Values that hold a secret end in logs, by a %+v or an attribute: without it.
func TestSecretsAreNotShown(t *testing.T) {
	secret := bytes.Repeat([]byte("\xab\x13k"), 11)[:32]
	info := tenon.AttachInfo{Plugin: "kv", Address: "/run/k", Secret: secret, Dir: "/run"}
	outlive := tenon.Outlive{Secret: secret}
	announced := launch.Announcement{Network: "unix", Address: "/run/s", Secret: secret}
	in := []string{
		string(secret), hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret)), base64.StdEncoding.EncodeToString(secret),
		strings.Trim(fmt.Sprint(secret), "[]"), "0xab, 0x13", "253 23", "10101011 10011", fmt.Sprintf("%q", secret),
	}
	check := func(how, text string) {
		for _, s := range in {
			if strings.Contains(text, s) {
				t.Errorf("%s shows the secret: %s", how, text)
			}
		}
	}
	for _, v := range []any{
		info, &info, outlive, &outlive, announced, &announced, []tenon.AttachInfo{info}, map[string]any{"a": announced},
		tenon.ClientConfig{Outlive: outlive},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "% x", "%X", "%d", "%o", "%b"} {
			check(fmt.Sprintf("%s of %T", verb, v), fmt.Sprintf(verb, v))
		}
	}
	for _, v := range []any{info, outlive, announced} {
		var text, asJSON bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("it", "value", v)
		slog.New(slog.NewJSONHandler(&asJSON, nil)).Info("it", "value", v)
		check(fmt.Sprintf("a log of %T", v), text.String()+asJSON.String())
	}
	if got := fmt.Sprintf("%+v", info); !strings.Contains(got, "Address:/run/k") || !strings.Contains(got, "Secret:***") {
		t.Errorf("nothing else is shown: %s", got)
	}
	if b, err := json.Marshal(info); err != nil || !bytes.Contains(b, []byte(base64.StdEncoding.EncodeToString(secret))) {
		t.Errorf("its JSON, which is for the next host, is %s, %v", b, err)
	}
}
