package main

import (
	"fmt"
	"reflect"
)

// gobAttacks send type definitions that others' messages must not be read by.
func gobAttacks() []attack {
	// poisons are types of the name payload, that are not what payload is.
	poisons := func(i int) any {
		switch i % 4 {
		case 0:
			type payload struct {
				ID      string
				Data    map[string]int
				Numbers []string
			}
			return payload{ID: "x", Numbers: []string{"y"}}
		case 1:
			type payload struct{ Data, Numbers []byte }
			return payload{Data: []byte("evil"), Numbers: []byte{1}}
		case 2:
			type payload struct{ Names map[string]string }
			return payload{Names: map[string]string{"a": "evil"}}
		}
		// One whose definitions no other has.
		t := reflect.StructOf([]reflect.StructField{
			{Name: "ID", Type: reflect.TypeFor[uint64]()},
			{Name: fmt.Sprintf("Extra%d", i), Type: reflect.TypeFor[int]()},
		})
		v := reflect.New(t).Elem()
		v.Field(0).SetUint(uint64(i))
		return v.Interface()
	}
	return []attack{
		{name: "gob-poison", codec: "gob", what: "type definitions that are others' names with other fields", survives: true, play: func(r *raw) error {
			n := 0
			send := func(id uint32) error {
				n++
				b, err := gobOf(poisons(n))
				if err != nil {
					return err
				}
				f, body := r.message(id, b)
				_, err = r.lane().Write(pieces0(f, body))
				return err
			}
			if r.theirs == nil {
				return r.each(5000, func(i int) error { return send(uint32(2000 + i)) })
			}
			return r.serve(func(call frame) error {
				if n > 80 {
					return r.echo(call)
				}
				return send(call.id)
			})
		}},
		{name: "gob-definitions", codec: "gob", what: "definitions without a value, by the thousand", want: "gob", survives: true, play: func(r *raw) error {
			b, err := gobOf(sample(1))
			if err != nil {
				return err
			}
			definition := b[:1+int(b[0])]
			var all []byte
			for len(all) < 1<<20 {
				all = append(all, definition...)
			}
			return r.value(all)
		}},
	}
}
