package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"
)

var errTestLocked = errors.New("locked")

// cross returns err as the other side sees it, and its bytes.
func cross(t testing.TB, err error, here, there Errors) (*Error, string) {
	t.Helper()
	b := appendError([]byte("before"), err, here)
	if string(b[:6]) != "before" || !json.Valid(b[6:]) {
		t.Fatalf("got %q", b)
	}
	e := parseError(b[6:], there)
	if !e.Remote() {
		t.Error("it is not remote")
	}
	return e, string(b[6:])
}

func TestErrorsCross(t *testing.T) {
	registered := Errors{"test.locked": errTestLocked}
	for _, c := range []struct {
		err  error
		wire string
		is   []error
	}{
		{errors.New("plain"), `{"code":"unknown","message":"plain"}`, nil},
		{NotFound, `{"code":"not_found","message":"not_found"}`, nil},
		{Errorf(DataLoss, "lost"), `{"code":"data_loss","message":"lost"}`, nil},
		{fmt.Errorf("a: %w", Errorf(DataLoss, "lost")), `{"code":"data_loss","message":"a: data_loss: lost"}`, nil},
		{context.Canceled, `{"code":"canceled","message":"context canceled","is":["canceled"]}`, []error{context.Canceled}},
		{context.DeadlineExceeded, `{"code":"deadline_exceeded","message":"context deadline exceeded","is":["deadline"]}`, []error{context.DeadlineExceeded}},
		{fmt.Errorf("x: %w", io.EOF), `{"code":"unknown","message":"x: EOF","is":["eof"]}`, []error{io.EOF}},
		{io.ErrUnexpectedEOF, `{"code":"unknown","message":"unexpected EOF","is":["unexpected_eof"]}`, []error{io.ErrUnexpectedEOF}},
		{fs.ErrPermission, `{"code":"permission_denied","message":"permission denied","is":["permission"]}`, []error{fs.ErrPermission}},
		{errors.Join(fs.ErrExist, fs.ErrNotExist), `{"code":"not_found","message":"file already exists\nfile does not exist","is":["not_exist","exist"]}`, []error{fs.ErrExist, fs.ErrNotExist}},
		{Errorf(Aborted, "it is %w", errTestLocked), `{"code":"aborted","message":"it is locked","is":["test.locked"]}`, []error{errTestLocked}},
		{Errorf(Aborted, "").WithDetail("k", "v").WithDetail("a", "b"), `{"code":"aborted","details":{"a":"b","k":"v"}}`, nil},
		{Errorf(Internal, "%w", &PanicError{Value: "v", Stack: "s"}), `{"code":"internal","message":"panic: v","panic":{"value":"v","stack":"s"}}`, nil},
	} {
		e, wire := cross(t, c.err, registered, registered)
		if wire != c.wire {
			t.Errorf("%v crosses as\n%s, not\n%s", c.err, wire, c.wire)
		}
		if !errors.Is(e, CodeOf(c.err)) {
			t.Errorf("%v arrives as %v", c.err, e)
		}
		for _, is := range c.is {
			if !errors.Is(e, is) {
				t.Errorf("%v arrives without being %v", c.err, is)
			}
		}
		var p, want *PanicError
		if errors.As(e, &p) != errors.As(c.err, &want) || p != nil && *p != *want {
			t.Errorf("%v arrives with the panic %v", c.err, p)
		}
	}
}

// A name that a side in the middle does not know passes through it.
func TestErrorNamesPassThrough(t *testing.T) {
	registered := Errors{"test.locked": errTestLocked}
	middle, _ := cross(t, Errorf(Aborted, "%w: %w", errTestLocked, io.EOF).WithDetail("k", "v"), registered, nil)
	if errors.Is(middle, errTestLocked) || !errors.Is(middle, io.EOF) {
		t.Errorf("the middle sees %v", middle)
	}
	end, _ := cross(t, fmt.Errorf("passed on: %w", middle), nil, registered)
	if !errors.Is(end, errTestLocked) || !errors.Is(end, io.EOF) || !errors.Is(end, Aborted) || end.Details["k"] != "v" {
		t.Errorf("the end sees %v, %v", end, end.Details)
	}
}

func TestLongErrorsAreCut(t *testing.T) {
	long := strings.Repeat("é", maxErrorText)
	err := Errorf(Internal, "%s%w", long, &PanicError{Value: long, Stack: long}).WithDetail("k", long)
	e, wire := cross(t, err, nil, nil)
	var p *PanicError
	if !errors.As(e, &p) {
		t.Fatal("the panic is lost")
	}
	for _, s := range []string{e.Message, p.Value, p.Stack} {
		if !utf8.ValidString(s) || len(s) > maxErrorText+10 || !strings.HasSuffix(s, " [cut]") || strings.Contains(s, "\uFFFD") {
			t.Errorf("%d bytes that end in %q", len(s), s[len(s)-10:])
		}
	}
	if len(e.Details) != 1 || !strings.Contains(e.Details["details"], "left out") {
		t.Errorf("%d details", len(e.Details))
	}
	if len(wire) > 4*maxErrorText {
		t.Errorf("%d bytes cross", len(wire))
	}
}

// A peer that sends names without end gets none of them passed on at a cost that
// grows with their square.
func TestErrorNamesAreBounded(t *testing.T) {
	var names []string
	for i := range 50_000 {
		names = append(names, fmt.Sprint("n", i))
	}
	src, err := json.Marshal(wireError{Code: "internal", Is: names})
	if err != nil {
		t.Fatal(err)
	}
	var wire []byte
	within(t, "passing on 50,000 names", func() { wire = appendError(nil, parseError(src, nil), nil) })
	var w wireError
	if err := json.Unmarshal(wire, &w); err != nil || len(w.Is) > 100 || len(w.Is) == 0 {
		t.Errorf("%d names are passed on, %v", len(w.Is), err)
	}
}

// brokenError is an error whose text cannot be had.
type brokenError struct{ text *string }

func (e *brokenError) Error() string { return *e.text }

type brokenIs struct{}

func (brokenIs) Error() string { return "broken" }
func (brokenIs) Is(error) bool { panic("no comparison") }

// Whatever a handler returns crosses somehow, also what panics when it is asked.
func TestErrorsThatPanic(t *testing.T) {
	for name, err := range map[string]error{
		"a nil pointer of a handler's type": (*brokenError)(nil),
		"a nil *Error":                      (*Error)(nil),
		"a nil *Error, wrapped":             fmt.Errorf("wrapped: %w", (*Error)(nil)),
		"a nil *PanicError":                 (*PanicError)(nil),
		"an Is that panics":                 brokenIs{},
	} {
		e, _ := cross(t, err, nil, nil)
		if !errors.Is(e, Internal) || !strings.Contains(e.Message, "panic") {
			t.Errorf("%s arrives as %v", name, e)
		}
	}
}

func TestErrorsThatDoNotParse(t *testing.T) {
	for _, src := range []string{"", "null", "{", `"text"`, `{"code":7}`, `{"code":"x","is":"y"}`, "\xff"} {
		e := parseError([]byte(src), nil)
		if src != "null" && (e.Code != Internal || !strings.Contains(e.Error(), "does not parse")) || e.Code == 0 {
			t.Errorf("%q is %v", src, e)
		}
	}
	e := parseError([]byte(`{"code":"of_next_year","message":"m","more":[1,{}],"is":["who knows"]}`), nil)
	if e.Code != Unknown || e.Message != "m" {
		t.Errorf("got %v", e)
	}
}

func TestCodes(t *testing.T) {
	for c := Canceled; c <= Unauthenticated; c++ {
		if ParseCode(c.String()) != c || c.Error() != c.String() || CodeOf(fmt.Errorf("x: %w", c)) != c {
			t.Errorf("code %d is %q", c, c)
		}
	}
	if ParseCode("ok") != Unknown || ParseCode("") != Unknown || Code(99).String() != "code_99" || CodeOf(nil) != 0 {
		t.Error("what is no code is taken for one")
	}
}
