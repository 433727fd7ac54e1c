package main

import "encoding/binary"

// referenceAttacks name what there is not.
func referenceAttacks() []attack {
	entry := func(kind byte, id uint64) []byte {
		return binary.BigEndian.AppendUint64([]byte{kind}, id)
	}
	table := func(entries ...[]byte) []byte {
		b := binary.BigEndian.AppendUint16(nil, uint16(len(entries)))
		for _, e := range entries {
			b = append(b, e...)
		}
		return b
	}
	send := func(table []byte) func(r *raw) error {
		return func(r *raw) error {
			return r.once(func(id uint32) error {
				f, body := r.message(id, nil)
				f.flags |= flagReferences
				f.body = append(append(body, table...), "null"...)
				return r.send(r.lane(), f)
			})
		}
	}
	many := make([][]byte, 3000)
	for i := range many {
		many[i] = entry(3, uint64(i))
	}
	return []attack{
		{name: "references-home", what: "objects of the victim that there are not", survives: true, play: send(table(entry(2, 1<<63), entry(2, 999)))},
		{name: "references-kind", what: "references of a kind that there is not", survives: true, play: send(table(entry(200, 1), entry(201, 1<<63)))},
		{name: "references-many", what: "more references than may be in a call", want: "over the limit References|live values", survives: true, play: send(table(many...))},
		{name: "references-lie", what: "a table of 65,535 entries that are not there", want: "broke the protocol|cut off", play: send([]byte{0xff, 0xff, 1, 2, 3})},
		{name: "references-methods", what: "an object of 65,535 methods that are not there", want: "broke the protocol|cut off", play: send(append(table(entry(1, 5)), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))},
		{name: "object-unknown", what: "calls of objects that there never were", survives: true, want: "not_found", play: func(r *raw) error {
			return r.each(1000, func(i int) error {
				return r.send(r.own, frame{typ: frameCall, id: uint32(i + 10), body: callBody(uint64(i) << 50)})
			})
		}},
		{name: "method-unknown", what: "methods that there are not", survives: true, want: "unimplemented", play: func(r *raw) error {
			return r.each(1000, func(i int) error {
				return r.send(r.own, frame{typ: frameCall, method: 0xffff, id: uint32(i + 10), body: callBody(0)})
			})
		}},
	}
}
