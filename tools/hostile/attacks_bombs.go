package main

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"strings"
)

// almost is a little less than the largest message.
const almost = 16<<20 - 64

// bombAttacks send values that are much larger in memory than on the wire.
func bombAttacks() []attack {
	return []attack{
		{name: "json-bomb", what: "a list of 8 million numbers", want: "elements", survives: true, play: func(r *raw) error {
			return r.value([]byte(`{"Numbers":[` + strings.Repeat("1,", almost/2-100) + `1]}`))
		}},
		{name: "json-bomb-nested", what: "a list of 5 million empty objects", want: "elements", survives: true, play: func(r *raw) error {
			return r.value([]byte(`{"Tree":{"Children":[` + strings.Repeat("{},", almost/3-100) + `{}]}}`))
		}},
		{name: "cbor-bomb", codec: "cbor", what: "a list of 16 million numbers", want: "elements", survives: true, play: func(r *raw) error {
			const n = almost - 100
			b := binary.BigEndian.AppendUint32([]byte("\xa1gNumbers\x9a"), n)
			return r.value(append(b, bytes.Repeat([]byte{1}, n)...))
		}},
		{name: "cbor-bomb-nested", codec: "cbor", what: "a list of 16 million empty objects", want: "elements", survives: true, play: func(r *raw) error {
			const n = almost - 100
			b := binary.BigEndian.AppendUint32([]byte("\xa1dTree\xa1hChildren\x9a"), n)
			return r.value(append(b, bytes.Repeat([]byte{0xa0}, n)...))
		}},
		{name: "cbor-claim", codec: "cbor", what: "a list that claims 2^60 elements, and a text of 2^60 bytes", want: "cbor", survives: true, play: func(r *raw) error {
			return r.value([]byte("\xa1gNumbers\x9b\x10\x00\x00\x00\x00\x00\x00\x00\x01"))
		}},
		{name: "cbor-claim-text", codec: "cbor", what: "a text that claims 2^60 bytes", want: "cbor", survives: true, play: func(r *raw) error {
			return r.value([]byte("\xa1dData\x5b\x10\x00\x00\x00\x00\x00\x00\x00\x01"))
		}},
		{name: "cbor-indefinite", codec: "cbor", what: "lists without an end", want: "cbor", survives: true, play: func(r *raw) error {
			return r.value(append([]byte("\xa1gNumbers"), bytes.Repeat([]byte{0x9f}, 500_000)...))
		}},
		{name: "cbor-keys", codec: "cbor", what: "a map of a million keys", want: "elements", survives: true, play: func(r *raw) error {
			b := binary.BigEndian.AppendUint32([]byte("\xa1eNames\xba"), 1_500_000)
			for i := range 1_500_000 {
				b = append(append(append(b, 0x67), fmt.Sprintf("%07d", i)...), 0x60)
			}
			return r.value(b)
		}},
		{name: "gob-bomb", codec: "gob", what: "a list of 4 million numbers", want: "elements", survives: true, play: func(r *raw) error {
			b, err := gobOf(payload{Numbers: make([]int, 4_000_000)})
			if err != nil {
				return err
			}
			return r.value(b)
		}},
		{name: "gob-bomb-nested", codec: "gob", what: "a list of 2 million empty objects", want: "elements", survives: true, play: func(r *raw) error {
			children := make([]*tree, 2_000_000)
			for i := range children {
				children[i] = &tree{}
			}
			b, err := gobOf(payload{Tree: &tree{Children: children}})
			if err != nil {
				return err
			}
			return r.value(b)
		}},
		{name: "gob-claim", codec: "gob", what: "each length in a message made very large, one after the other", want: "gob", survives: true, play: func(r *raw) error {
			good, err := gobOf(sample(5))
			if err != nil {
				return err
			}
			i := 0
			claim := func(id uint32) error {
				b := append(bytes.Clone(good[:i]), 0xf8, 0x00, 0x00, 0x00, 0x10, 0, 0, 0, 0)
				b = append(b, good[i+1:]...)
				i = (i + 1) % len(good)
				f, body := r.message(id, b)
				_, err := r.lane().Write(pieces0(f, body))
				return err
			}
			if r.theirs != nil {
				n := 0
				return r.serve(func(call frame) error {
					if n++; n > 80 {
						return r.echo(call)
					}
					return claim(call.id)
				})
			}
			return r.each(len(good), func(i int) error { return claim(uint32(2000 + i)) })
		}},
	}
}

func gobOf(v any) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}
