package jsoncall

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/rpc"
)

// A catalogue is what a plugin says, and arguments are what a person types: neither may
// make this side panic, and what is accepted has an encoding.
func FuzzArguments(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"kind":"struct","name":"T","fields":[{"name":"a","go":"Base.A","type":{"kind":"int","bits":8}},{"name":"b","type":{"kind":"struct","name":"T","again":true,"optional":true}}]}`, `{"a":1,"b":{"a":2}}`},
		{`{"kind":"map","key":{"kind":"uint","bits":8},"elem":{"kind":"list","elem":{"kind":"any"}}}`, `{"1":[null,{"x":1e999}]}`},
		{`{"kind":"bytes","len":3}`, `"AAEC"`},
		{`{"kind":"list","len":1000000000,"elem":{"kind":"list","len":1000000000,"elem":{"kind":"time"}}}`, `[]`},
		{`{"kind":"map","key":{"kind":"list","elem":{"kind":"bool"}},"elem":{"kind":"opaque","name":"x"}}`, `{"a":1}`},
		{`{"kind":"map","key":{"kind":"any"},"elem":{"kind":"text","name":"big.Int"}}`, `{"a":"1"}`},
		{`{"kind":"struct","fields":[{"name":"a","go":"A.b.C","type":{"kind":"float","bits":32}},{"name":"A","type":{"kind":"duration"}}]}`, `{"a":"NaN","A":"1h"}`},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]))
	}
	wire := jsoncodec.New()
	f.Fuzz(func(t *testing.T, schema, src []byte) {
		var typ rpc.Type
		if json.Unmarshal(schema, &typ) != nil {
			return
		}
		for _, codec := range []string{"json", "cbor", "gob"} {
			b := &builder{what: "x.Y", codec: codec}
			n, err := b.build(&typ)
			if err != nil {
				if cannot := (*UnsupportedError)(nil); !errors.As(err, &cannot) {
					t.Fatalf("%T: %v", err, err)
				}
				continue
			}
			m := &method{MethodInfo: rpc.MethodInfo{Name: "Y"}, args: n}
			args, err := m.arguments(src, codec)
			if err != nil {
				if (&TypeError{}).Error() == err.Error() {
					t.Fatal("an error without a word")
				}
				continue
			}
			if codec == "json" {
				if _, err := wire.Append(nil, args); err != nil {
					t.Logf("%s with %s: %v", schema, src, err) // NaN has no JSON
				}
			}
			out, err := n.written(args)
			if err == nil && !json.Valid(out) {
				t.Fatalf("%s with %s is written as %s", schema, src, out)
			}
		}
	})
}
