package launch_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

const sentinel = "tenon-link-4f9c0be27a61d835"

func TestParseAnnounce(t *testing.T) {
	secret := strings.Repeat("0f", 32)
	tests := []struct {
		line, network, address string
		secret                 string
		ok                     bool
		err                    string
	}{
		{line: ""},
		{line: "starting up"},
		{line: sentinel},
		{line: "x" + sentinel + "|1|unix|/s"},
		{line: sentinel + "|1|unix|/tmp/x/s", network: "unix", address: "/tmp/x/s", ok: true},
		{line: sentinel + "|1|tcp|127.0.0.1:80|more|fields\r", network: "tcp", address: "127.0.0.1:80", ok: true},
		{line: sentinel + "|1|unix|/a%7Cb%20c%25%0a", network: "unix", address: "/a|b c%\n", ok: true},
		{line: sentinel + "|1|unix|/s|secret=" + secret, network: "unix", address: "/s", secret: secret, ok: true},
		{line: sentinel + "|1|tcp|[::1]:1|more|secret=" + strings.ToUpper(secret) + "|more\r", network: "tcp", address: "[::1]:1", secret: secret, ok: true},
		{line: sentinel + "|2|unix|/s", ok: true, err: `of version "2", this host reads version 1`},
		{line: sentinel + "|1|unix", ok: true, err: "has 2 fields"},
		{line: sentinel + "|1|udp|x", ok: true, err: `the network "udp"`},
		{line: sentinel + "|1|unix|", ok: true, err: "an empty address"},
		{line: sentinel + "|1|unix|a%00", ok: true, err: "a zero byte"},
		{line: sentinel + "|1|unix|a%0", ok: true, err: "two hexadecimal digits"},
		{line: sentinel + "|1|unix|a%0x", ok: true, err: "two hexadecimal digits"},
		{line: sentinel + "|1|unix|" + strings.Repeat("a", 4096), ok: true, err: "at most 4096 are read"},
		{line: sentinel + "|1|unix|/s|secret=", ok: true, err: "a secret has 64 hexadecimal digits"},
		{line: sentinel + "|1|unix|/s|secret=" + secret[2:], ok: true, err: "a secret has 64 hexadecimal digits"},
		{line: sentinel + "|1|unix|/s|secret=" + secret + "00", ok: true, err: "this text of 66 bytes is none"},
		{line: sentinel + "|1|unix|/s|secret=" + secret[1:] + "x", ok: true, err: "a secret has 64 hexadecimal digits"},
		{line: sentinel + "|1|unix|/s|secret=" + secret + "|secret=" + secret, ok: true, err: "two secrets"},
		{line: sentinel + "|1|secret=" + secret + "|/s", ok: true, err: `the network "secret=***`},
		{line: sentinel + "|secret=" + secret, ok: true, err: `of version "secret=***`},
		{line: sentinel + "|1|unix|secret=" + secret + "%", ok: true, err: `digits in "secret=***`},
	}
	for _, tt := range tests {
		a, ok, err := launch.ParseAnnounce([]byte(tt.line))
		if a.Network != tt.network || a.Address != tt.address || ok != tt.ok || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%.60q: %+v %v %v", tt.line, a, ok, err)
		}
		if (a.Secret != nil) != (tt.secret != "") || a.Secret != nil && proof.Text(a.Secret) != tt.secret {
			t.Errorf("%.60q: the secret is %x", tt.line, a.Secret)
		}
		if err != nil && strings.Contains(err.Error(), secret[:32]) {
			t.Errorf("%.60q: the error tells the secret: %v", tt.line, err)
		}
	}
	if got := string(launch.Announce(launch.Announcement{Network: "unix", Address: "/tmp/a b"})); got != "\n"+sentinel+"|1|unix|/tmp/a%20b\n" {
		t.Errorf("%q", got)
	}
}

func FuzzParseAnnounce(f *testing.F) {
	f.Add([]byte("tenon-link-4f9c0be27a61d835|1|unix|/tmp/x%41|z"))
	f.Add([]byte("tenon-link-4f9c0be27a61d835|1|unix|/s|z|secret=" + strings.Repeat("5a", 32) + "|z"))
	f.Add([]byte("tenon-link-4f9c0be27a61d835|1|unix|/s|secret=" + strings.Repeat("5a", 31)))
	f.Add([]byte("/tmp/a|b\n"))
	digits := regexp.MustCompile("secret=[0-9a-fA-F]{8}")
	f.Fuzz(func(t *testing.T, line []byte) {
		a, ok, err := launch.ParseAnnounce(line)
		if !ok || err != nil {
			if a.Network != "" || a.Address != "" || a.Secret != nil || !ok && err != nil {
				t.Errorf("%+v %v %v", a, ok, err)
			}
		} else if a.Network == "" || a.Address == "" || a.Secret != nil && len(a.Secret) != proof.Size {
			t.Errorf("accepted with %+v", a)
		}
		if err != nil && digits.MatchString(err.Error()) {
			t.Errorf("%q: the error tells the secret: %v", line, err)
		}
		if len(line) == 0 || len(line) > 1000 || bytes.IndexByte(line, 0) >= 0 {
			return
		}
		// Whatever the address and the secret are, they come back, and on one line of their own.
		said := launch.Announcement{Network: "tcp", Address: string(line)}
		if len(line) >= proof.Size {
			said.Secret = line[:proof.Size]
		}
		text := launch.Announce(said)
		if bytes.Count(text, []byte("\n")) != 2 {
			t.Fatalf("%q", text)
		}
		if got, ok, err := launch.ParseAnnounce(bytes.Trim(text, "\n")); got.Address != string(line) || !bytes.Equal(got.Secret, said.Secret) || !ok || err != nil {
			t.Errorf("%q came back as %+v, %v", line, got, err)
		}
	})
}

// The line in docs/protocol.md is one.
func TestAnnouncementIsSpecified(t *testing.T) {
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^LF (` + sentinel + `\S+) LF$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("docs/protocol.md has no announcement")
	}
	a, ok, err := launch.ParseAnnounce(found[1])
	if !ok || err != nil || a.Network != "unix" || len(a.Secret) != proof.Size {
		t.Errorf("%q: %+v, %v", found[1], a, err)
	}
	if line := launch.Announce(a); string(line) != "\n"+string(found[1])+"\n" {
		t.Errorf("%q is written as %q", found[1], line)
	}
}
