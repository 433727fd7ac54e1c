package hello

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A message is read to its end, and no byte more.
func TestReadIsExact(t *testing.T) {
	b, err := Append([]byte("before"), of(offer()))
	if err != nil || string(b[:10]) != "beforeTENO" {
		t.Fatalf("got %q, %v", b, err)
	}
	r := bytes.NewReader(append(b[6:], "after"...))
	for _, src := range []io.Reader{r, iotest.OneByteReader(bytes.NewReader(b[6:]))} {
		var got Offer
		if err := Read(src, &got); err != nil || !reflect.DeepEqual(got, offer()) {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if rest, _ := io.ReadAll(r); string(rest) != "after" {
		t.Errorf("%q is left", rest)
	}
}

func TestReadUnknownKeys(t *testing.T) {
	src := message(`{"tenon":1,"new":{"of":["next","year"]},"versions":[1]}`)
	var got Offer
	if err := Read(strings.NewReader(src), &got); err != nil || len(got.Versions) != 1 || got.Limits != (rpc.Limits{}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func message(json string) string {
	n := len(json)
	return "TENO" + string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + json
}

func TestReadMalformed(t *testing.T) {
	for src, want := range map[string]string{
		"HTTP/1.1 200 OK":                  `it begins with "HTTP/1.1"`,
		"HT":                               `it begins with "HT"`,
		"TEN":                              "it ends after 3 bytes",
		"TENO\x00\x00":                     "it ends after 6 bytes",
		"TENO\x00\x00\x00\x09{}":           "it ends after 2 of 9 bytes",
		"TENO\x00\x00\x00\x09":             "it ends after 0 of 9 bytes",
		"TENO\x00\x00\x00\x00":             "its JSON does not parse",
		"TENO\xff\xff\xff\xff":             "it announces 4294967295 bytes, where 65528 are the most",
		"TENO\x00\x00\xff\xf9":             "it announces 65529 bytes",
		message(`{"tenon":"one"}`):         "its JSON does not parse",
		message(`{"limits":{"calls":{}}}`): "its JSON does not parse",
	} {
		var m *MalformedError
		if err := Read(strings.NewReader(src), new(Offer)); !errors.As(err, &m) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", src, err)
		}
	}
	if err := Read(strings.NewReader(""), new(Offer)); err != io.EOF {
		t.Errorf("nothing at all: %v", err)
	}
	broken := errors.New("broken")
	for _, n := range []int{0, 5, 20} {
		src := message(`{"tenon":1,"versions":[1]}`)[:n]
		r := io.MultiReader(strings.NewReader(src), iotest.ErrReader(broken))
		if err := Read(r, new(Offer)); !errors.Is(err, broken) {
			t.Errorf("a link that breaks after %d bytes: %v", n, err)
		}
	}
}

func TestAppendTooLong(t *testing.T) {
	o := offer()
	o.Codecs = []string{strings.Repeat("x", MaxSize-600)}
	b, err := Append(nil, &o)
	if err != nil {
		t.Fatal(err)
	}
	if err := Read(bytes.NewReader(b), new(Offer)); err != nil {
		t.Errorf("what can be written cannot be read: %v", err)
	}
	o.Codecs[0] += strings.Repeat("x", 600)
	if b, err := Append([]byte("kept"), &o); err == nil || string(b) != "kept" || !strings.Contains(err.Error(), "65536 are the most") {
		t.Errorf("got %d bytes, %v", len(b), err)
	}
}
