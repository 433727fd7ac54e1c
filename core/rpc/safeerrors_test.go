package rpc

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

// The errors of a peer cannot drive a terminal when they are shown, and their data stays
// what was sent.
func TestErrorsAreSafe(t *testing.T) {
	const escapes = "\x1b]0;evil\x07\x1b[2J\u009b31m\u202e\u2066\u200f"
	sent := Errorf(Aborted, "%s%w", escapes, &PanicError{Value: escapes, Stack: escapes}).WithDetail(escapes, escapes)
	e, _ := cross(t, sent, nil, nil)
	var p *PanicError
	if e.Message != sent.Message || e.Details[escapes] != escapes || !errors.As(e, &p) || p.Value != escapes {
		t.Errorf("got %q, %q, %v", e.Message, e.Details, p)
	}
	for _, err := range []error{e, p, &ProtocolError{Violation: escapes}, sent} {
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Bidi_Control) }) {
			t.Errorf("%T: %q", err, err.Error())
		}
	}
	if _, err := (&Peer{cfg: Config{Codecs: []codec.Codec{jsoncodec.New()}}}).chooseCodec("s", &Service{}, []string{escapes}); err == nil || strings.ContainsAny(err.Error(), escapes) && strings.Contains(err.Error(), "\x1b") {
		t.Errorf("got %q", err)
	}
}
