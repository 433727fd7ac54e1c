package launch

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/tenon-dev/tenon/core/internal/proof"
)

// The line with which a plugin that listens says where:
//
//	sentinel|1|network|address[|secret=digits][|more]
//
// The sentinel is random, so that nothing else begins a line with it. Other fields after
// the address are ignored, and a later version must keep the first two.
const (
	sentinel        = "tenon-link-4f9c0be27a61d835"
	announceVersion = "1"
	announceLimit   = 4096 // bytes of a line
	secretField     = "secret="
)

// An Announcement is what a plugin that listens says of itself.
type Announcement struct {
	Network string // "unix" or "tcp"
	Address string

	// Secret is what who connects and who listens prove to each other that they know,
	// before the hello: 32 bytes, for this link alone. It travels over the plugin's
	// standard output, which only its host reads. Nil where the link has a proof of its
	// own, as TLS has.
	Secret []byte
}

// Format implements [fmt.Formatter]: whatever the verb, it does not show the secret.
func (a Announcement) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), struct{ Network, Address, Secret string }{a.Network, a.Address, proof.Hidden(a.Secret)})
}

// LogValue implements [slog.LogValuer], likewise.
func (a Announcement) LogValue() slog.Value {
	return slog.GroupValue(slog.String("network", a.Network), slog.String("address", a.Address))
}

// Announce returns the line, with its ends, that tells the host what a says. It
// begins with a line's end since something may have been printed before that lacks
// one; write it with a single Write, and nowhere else than to standard output.
func Announce(a Announcement) []byte {
	line := fmt.Appendf(nil, "\n%s|%s|%s|%s", sentinel, announceVersion, escapeField(a.Network), escapeField(a.Address))
	if a.Secret != nil {
		line = append(line, "|"+secretField+proof.Text(a.Secret)...)
	}
	return append(line, '\n')
}

// ParseAnnounce reads a line of a plugin's standard output, without its end. ok says
// whether it is an announcement at all; then err says what is wrong with it, nil if
// nothing is. The error does not have the secret.
func ParseAnnounce(line []byte) (a Announcement, ok bool, err error) {
	rest, ok := bytes.CutPrefix(line, []byte(sentinel+"|"))
	if !ok {
		return Announcement{}, false, nil
	}
	if len(line) > announceLimit {
		return Announcement{}, true, fmt.Errorf("launch: the plugin's announcement has %d bytes; at most %d are read", len(line), announceLimit)
	}
	fields := strings.Split(strings.TrimSuffix(string(rest), "\r"), "|")
	if fields[0] != announceVersion {
		return Announcement{}, true, fmt.Errorf("launch: the plugin's announcement is of version %q, this host reads version %s; update the host, or build the plugin with an older release", hideSecret(fields[0]), announceVersion)
	}
	if len(fields) < 3 {
		return Announcement{}, true, fmt.Errorf("launch: the plugin's announcement has %d fields; a network and an address must follow its version", len(fields))
	}
	a.Network, err = unescapeField(fields[1])
	if err == nil {
		a.Address, err = unescapeField(fields[2])
	}
	if err == nil {
		a.Secret, err = findSecret(fields[3:])
	}
	if err == nil {
		err = a.check()
	}
	if err != nil {
		return Announcement{}, true, fmt.Errorf("launch: the plugin's announcement: %w", err)
	}
	return a, true, nil
}

// check returns what is wrong with a.
func (a Announcement) check() error {
	switch {
	case a.Network != "unix" && a.Network != "tcp":
		return fmt.Errorf("it names the network %q; known are unix and tcp", hideSecret(a.Network))
	case a.Address == "":
		return errors.New("it has an empty address")
	case strings.IndexByte(a.Address, 0) >= 0:
		return errors.New("it has an address with a zero byte in it")
	}
	return nil
}

// findSecret returns the secret among the fields after the address, nil for none.
func findSecret(fields []string) (secret []byte, err error) {
	for _, field := range fields {
		text, ok := strings.CutPrefix(field, secretField)
		switch {
		case !ok:
			continue
		case secret != nil:
			return nil, errors.New("it has two secrets")
		}
		if secret, err = proof.Parse(text); err != nil {
			return nil, err
		}
	}
	return secret, nil
}

const hexDigits = "0123456789ABCDEF"

// escapeField writes "%" and two digits for every byte that could end a field or a
// line, or be changed on the way.
func escapeField(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '%' || c == '|' {
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unescapeField(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("a %% must be followed by two hexadecimal digits in %q", hideSecret(s))
		}
		c, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			return "", fmt.Errorf("a %% must be followed by two hexadecimal digits in %q", hideSecret(s))
		}
		b.Write(c)
		i += 2
	}
	return b.String(), nil
}
