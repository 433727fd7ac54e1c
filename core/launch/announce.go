package launch

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// The line with which a plugin that listens says where:
//
//	sentinel|1|network|address[|more]
//
// The sentinel is random, so that nothing else begins a line with it. Fields after the
// address are ignored, and a later version must keep the first two.
const (
	sentinel        = "tenon-link-4f9c0be27a61d835"
	announceVersion = "1"
	announceLimit   = 4096 // bytes of a line
)

// Announce returns the line, with its ends, that tells the host to dial address. It
// begins with a line's end since something may have been printed before that lacks
// one; write it with a single Write.
func Announce(network, address string) []byte {
	return fmt.Appendf(nil, "\n%s|%s|%s|%s\n", sentinel, announceVersion, escapeField(network), escapeField(address))
}

// ParseAnnounce reads a line of a plugin's standard output, without its end. ok says
// whether it is an announcement at all; then err says what is wrong with it, nil if
// nothing is. network is "unix" or "tcp".
func ParseAnnounce(line []byte) (network, address string, ok bool, err error) {
	rest, ok := bytes.CutPrefix(line, []byte(sentinel+"|"))
	if !ok {
		return "", "", false, nil
	}
	if len(line) > announceLimit {
		return "", "", true, fmt.Errorf("launch: the plugin's announcement has %d bytes; at most %d are read", len(line), announceLimit)
	}
	fields := strings.Split(strings.TrimSuffix(string(rest), "\r"), "|")
	if fields[0] != announceVersion {
		return "", "", true, fmt.Errorf("launch: the plugin's announcement is of version %q, this host reads version %s; update the host, or build the plugin with an older release", fields[0], announceVersion)
	}
	if len(fields) < 3 {
		return "", "", true, fmt.Errorf("launch: the plugin's announcement has %d fields; a network and an address must follow its version", len(fields))
	}
	network, err = unescapeField(fields[1])
	if err == nil {
		address, err = unescapeField(fields[2])
	}
	switch {
	case err != nil:
		return "", "", true, fmt.Errorf("launch: the plugin's announcement: %w", err)
	case network != "unix" && network != "tcp":
		return "", "", true, fmt.Errorf("launch: the plugin announced the network %q; known are unix and tcp", network)
	case address == "":
		return "", "", true, fmt.Errorf("launch: the plugin announced an empty address")
	case strings.IndexByte(address, 0) >= 0:
		return "", "", true, fmt.Errorf("launch: the plugin announced an address with a zero byte in it")
	}
	return network, address, true, nil
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
			return "", fmt.Errorf("a %% must be followed by two hexadecimal digits in %q", s)
		}
		c, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			return "", fmt.Errorf("a %% must be followed by two hexadecimal digits in %q", s)
		}
		b.Write(c)
		i += 2
	}
	return b.String(), nil
}
