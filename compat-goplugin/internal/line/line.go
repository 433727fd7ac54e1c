// Package line reads and writes the one line with which a plugin answers its host on
// standard output:
//
//	CORE|VERSION|NETWORK|ADDRESS[|PROTOCOL[|CERTIFICATE[|MULTIPLEX]]]
//
// Releases of go-plugin differ in how many of the fields they write.
package line

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Limit is how long a line may be, in bytes.
const Limit = 64 << 10

// Core is the version of the line's format.
const Core = 1

// noCertificate is the length up to which the sixth field is no certificate: some
// old plugins put something else there.
const noCertificate = 50

// A Line is what a plugin answers.
type Line struct {
	Version     int    // the application's protocol version
	Network     string // "unix" or "tcp"
	Address     string
	Protocol    string // "netrpc" or "grpc"
	Certificate []byte // the plugin's, as DER; nil: there is none
	Multiplex   *bool  // whether the plugin can multiplex its broker; nil: it does not say
}

// A Reason is why a line is not accepted.
type Reason int

// The reasons.
const (
	Unrecognised Reason = iota + 1 // it is not of this form at all
	WrongCore                      // it is of another version of the format
	Malformed                      // one of its fields cannot be read
)

// An Error says why a line is not accepted.
type Error struct {
	Reason Reason
	Text   string
}

// Error returns the text.
func (e *Error) Error() string { return e.Text }

// Parse reads a line.
func Parse(text string) (Line, error) {
	text = strings.TrimSpace(text)
	if len(text) > Limit {
		return Line{}, &Error{Unrecognised, fmt.Sprintf("the plugin's first line has more than %d bytes", Limit)}
	}
	fields := strings.Split(text, "|")
	if len(fields) < 4 {
		return Line{}, &Error{Unrecognised, fmt.Sprintf("the plugin's first line is %s, and not of the form 1|VERSION|NETWORK|ADDRESS", Quote(text))}
	}
	core, err := strconv.Atoi(fields[0])
	if err != nil {
		return Line{}, &Error{Malformed, fmt.Sprintf("the plugin's first line begins with %s instead of a core protocol version", Quote(fields[0]))}
	}
	if core != Core {
		return Line{}, &Error{WrongCore, fmt.Sprintf("incompatible core API version with plugin: it has %d, this host has %d; build the plugin again with a newer library", core, Core)}
	}
	l := Line{Network: fields[2], Address: fields[3], Protocol: "netrpc"}
	if l.Version, err = strconv.Atoi(fields[1]); err != nil {
		return Line{}, &Error{Malformed, fmt.Sprintf("the plugin's protocol version %s is not a number", Quote(fields[1]))}
	}
	if len(fields) >= 5 {
		l.Protocol = fields[4]
	}
	if len(fields) >= 6 && len(fields[5]) > noCertificate {
		if l.Certificate, err = certificate(fields[5]); err != nil {
			return Line{}, err
		}
	}
	if len(fields) >= 7 {
		multiplex, err := strconv.ParseBool(fields[6])
		if err != nil {
			return Line{}, &Error{Malformed, fmt.Sprintf("the plugin says %s where it should say whether it can multiplex, true or false", Quote(fields[6]))}
		}
		l.Multiplex = &multiplex
	}
	return l, nil
}

func certificate(field string) ([]byte, error) {
	der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(field, "="))
	if err == nil {
		_, err = x509.ParseCertificate(der)
	}
	if err != nil {
		return nil, &Error{Malformed, fmt.Sprintf("the plugin's certificate cannot be read: %v", err)}
	}
	return der, nil
}

// String returns the line, without its end. Fields are left out from the right as far
// as the reader can do without them.
func (l Line) String() string {
	s := fmt.Sprintf("%d|%d|%s|%s|%s|%s", Core, l.Version, l.Network, l.Address, l.Protocol, base64.RawStdEncoding.EncodeToString(l.Certificate))
	if l.Multiplex != nil {
		s += "|" + strconv.FormatBool(*l.Multiplex)
	}
	return s
}

// quoted is how much of a plugin's text stands in an error.
const quoted = 200

// Quote returns text in quotes for an error, cut where it is long.
func Quote(text string) string {
	if len(text) <= quoted {
		return strconv.Quote(text)
	}
	return strconv.Quote(text[:quoted]) + "…"
}
