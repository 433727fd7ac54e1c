package hello

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/rpc"
)

// docs/protocol.md says what the messages are; its tables and examples are
// checked here, so that neither it nor the code can change alone.
func protocolText(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile("../../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// example returns the bytes of one of the document's examples: what stands before
// two blanks in each line.
func example(t *testing.T, name string) []byte {
	t.Helper()
	m := regexp.MustCompile("(?ms)^```hex " + name + "\n(.*?)^```$").FindStringSubmatch(protocolText(t))
	if m == nil {
		t.Fatalf("docs/protocol.md has no example %q", name)
	}
	var all []byte
	for line := range strings.Lines(m[1]) {
		text, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
		b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
		if err != nil {
			t.Fatalf("example %s: %q: %v", name, line, err)
		}
		all = append(all, b...)
	}
	return all
}

// firstColumn returns the first cell of each row of one of the document's tables.
func firstColumn(t *testing.T, name string) []string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^<!-- table: ` + name + ` -->\n((?:\|.*\n)+)`).FindStringSubmatch(protocolText(t))
	if m == nil {
		t.Fatalf("docs/protocol.md has no table %q", name)
	}
	var cells []string
	for _, row := range strings.Split(strings.TrimSpace(m[1]), "\n")[2:] {
		cells = append(cells, strings.Trim(strings.Split(row, "|")[1], " `"))
	}
	return cells
}

func TestProtocolKeys(t *testing.T) {
	for name, of := range map[string]any{"offer": Offer{}, "answer": Answer{}, "refusal": Refusal{}, "keep": Keep{}} {
		var keys []string
		typ := reflect.TypeOf(of)
		for i := range typ.NumField() {
			key, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			keys = append(keys, key)
		}
		if got := firstColumn(t, name); !reflect.DeepEqual(got, keys) {
			t.Errorf("%s: docs/protocol.md says %q, the code %q", name, got, keys)
		}
	}
	if got, want := firstColumn(t, "reasons"), []string{NoHello, NoVersion, NoTransport, NoCodec}; !reflect.DeepEqual(got, want) {
		t.Errorf("reasons: docs/protocol.md says %q, the code %q", got, want)
	}
}

func TestProtocolExamples(t *testing.T) {
	offer := Offer{
		Tenon: Version, Versions: []int{1}, Transports: []string{"direct/1"}, Codecs: []string{"cbor", "json"},
		Limits: rpc.DefaultLimits(), Generation: 1,
	}
	have := Have{
		Versions: []int{1, 2}, Transports: []string{"direct/1"}, Codecs: []string{"json"}, Limits: rpc.DefaultLimits(),
		Name: "greeter", Release: "1.0.0", Instance: "V5KQ3ZLJ7X2M",
	}
	answer := Choose(offer, have)
	have.Versions = []int{2}
	refusal := Choose(offer, have)
	for _, c := range []struct {
		name    string
		message Message
		read    Message
	}{
		{"hello offer", &offer, new(Offer)},
		{"hello answer", &answer, new(Answer)},
		{"hello refusal", &refusal, new(Answer)},
	} {
		want, err := Append(nil, c.message)
		if err != nil {
			t.Fatal(err)
		}
		got := example(t, c.name)
		if !bytes.Equal(got, want) {
			t.Errorf("%s: docs/protocol.md says\n%sthe code\n%s", c.name, hex.Dump(got), hex.Dump(want))
		}
		if err := Read(bytes.NewReader(got), c.read); err != nil || !reflect.DeepEqual(c.read, c.message) {
			t.Errorf("%s reads as %+v, %v", c.name, c.read, err)
		}
	}
	var r *Refusal
	if err := Verify(offer, answer); err != nil {
		t.Error(err)
	}
	if err := Verify(offer, refusal); !errors.As(err, &r) || r.Reason != NoVersion {
		t.Errorf("got %v", err)
	}
}
