package rpc

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// protocol is docs/protocol.md, whose tables and examples are checked here
// against the code, so that neither can change alone.
type protocol struct {
	examples map[string][]byte     // by what stands behind "hex" in the fence
	tables   map[string][][]string // rows of cells, by the comment above
}

var (
	exampleFence = regexp.MustCompile("(?ms)^```hex ([a-z ]+)\n(.*?)^```$")
	tableMark    = regexp.MustCompile(`(?m)^<!-- table: ([a-z ]+) -->\n((?:\|.*\n)+)`)
)

func readProtocol(t *testing.T) protocol {
	t.Helper()
	src, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	p := protocol{map[string][]byte{}, map[string][][]string{}}
	for _, m := range exampleFence.FindAllSubmatch(src, -1) {
		for line := range strings.Lines(string(m[2])) {
			text, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
			b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
			if err != nil {
				t.Fatalf("example %s: %q: %v", m[1], line, err)
			}
			p.examples[string(m[1])] = append(p.examples[string(m[1])], b...)
		}
	}
	for _, m := range tableMark.FindAllSubmatch(src, -1) {
		var rows [][]string
		for line := range strings.Lines(string(m[2])) {
			var cells []string
			for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), "|") {
				cells = append(cells, strings.Trim(strings.TrimSpace(cell), "`"))
			}
			rows = append(rows, cells)
		}
		p.tables[string(m[1])] = rows[2:] // without the head
	}
	return p
}

// example returns an example, which is then known to have been looked at.
func (p protocol) example(t *testing.T, name string) []byte {
	t.Helper()
	b := p.examples[name]
	if len(b) == 0 {
		t.Fatalf("docs/protocol.md has no example %q", name)
	}
	return b
}

// same fails t with both sides in hexadecimal, to be compared or put in.
func same(t *testing.T, name string, documented, code []byte) {
	t.Helper()
	if !bytes.Equal(documented, code) {
		t.Errorf("%s: docs/protocol.md says\n%sthe code\n%s", name, hex.Dump(documented), hex.Dump(code))
	}
}

func column(rows [][]string, n int) []string {
	var cells []string
	for _, r := range rows {
		cells = append(cells, r[n])
	}
	return cells
}

func equal(t *testing.T, what string, documented, code []string) {
	t.Helper()
	if !reflect.DeepEqual(documented, code) {
		t.Errorf("%s: docs/protocol.md says\n%q, the code\n%q", what, documented, code)
	}
}

func TestProtocolTables(t *testing.T) {
	p := readProtocol(t)
	table := func(name string) [][]string {
		rows := p.tables[name]
		if len(rows) == 0 {
			t.Fatalf("docs/protocol.md has no table %q", name)
		}
		return rows
	}
	equal(t, "kinds", column(table("kinds"), 0), []string{fmt.Sprint(kindControl), fmt.Sprint(kindCalls), fmt.Sprint(kindFlow)})

	var types, names []string
	for b := range 256 {
		if typ := frameType(b); !strings.HasPrefix(typ.String(), "type ") {
			types, names = append(types, fmt.Sprintf("0x%02x", b)), append(names, typ.String())
		}
	}
	equal(t, "types of frames", column(table("frames"), 0), types)
	equal(t, "names of frames", column(table("frames"), 1), names)

	flags := []struct {
		flag byte
		name string
	}{
		{flagMore, "MORE"}, {flagError, "ERROR"}, {flagDeadline, "DEADLINE"}, {flagMetadata, "METADATA"},
		{flagReferences, "REFERENCES"}, {flagAbort, "ABORT"}, {flagRefused, "REFUSED"},
	}
	var flagRows []string
	for _, f := range flags {
		flagRows = append(flagRows, fmt.Sprintf("0x%02x %s", f.flag, f.name))
	}
	var documented []string
	for _, r := range table("flags") {
		documented = append(documented, r[0]+" "+r[1])
	}
	equal(t, "flags", documented, flagRows)

	refs := []byte{refNil, refObject, refHome, refFlow, refConn, refFramed}
	for i, r := range table("references") {
		if i >= len(refs) || r[0] != fmt.Sprint(refs[i]) {
			t.Errorf("kinds of references: row %d is %v", i, r)
		}
	}

	equal(t, "features", column(table("features"), 0), Features())

	var codes, codeWords []string
	for c := Canceled; int(c) < len(codeNames); c++ {
		codes, codeWords = append(codes, strconv.Itoa(int(c))), append(codeWords, c.String())
	}
	equal(t, "numbers of codes", column(table("codes"), 0), codes)
	equal(t, "codes", column(table("codes"), 1), codeWords)

	var errorNames []string
	for _, b := range builtin {
		errorNames = append(errorNames, b.name)
	}
	equal(t, "names of errors", column(table("names"), 0), errorNames)

	for name, of := range map[string]any{
		"error": wireError{}, "dispense": dispenseRequest{}, "dispensed": dispenseReply{}, "method": methodNumber{}, "live": places{},
		"catalogue": Catalogue{}, "service": ServiceInfo{}, "catalogue method": MethodInfo{}, "type": Type{}, "health": Health{},
		"limits": Limits{},
	} {
		equal(t, "keys of "+name, column(table(name), 0), jsonKeys(reflect.TypeOf(of)))
	}
	defaults := reflect.ValueOf(DefaultLimits())
	for i, r := range table("limits") {
		if want := fmt.Sprint(defaults.Field(i).Int()); r[1] != want {
			t.Errorf("the default of %s: docs/protocol.md says %s, the code %s", r[0], r[1], want)
		}
	}
}

// jsonKeys returns the names of a struct's fields in JSON.
func jsonKeys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys = append(keys, key)
	}
	return keys
}
