package main

import (
	"encoding/binary"
	"strings"
)

// lengthAttacks announce, or send, more than there may be.
func lengthAttacks() []attack {
	return []attack{
		{name: "huge-frame", what: "a frame that announces 2 GiB", want: "a frame of 2147483647 bytes", play: func(r *raw) error {
			f, body := r.message(3, []byte("null"))
			f.body, f.announced = body, 1<<31-1
			return r.send(r.lane(), f)
		}},
		{name: "huge-message", hangs: true, what: "a message that announces 4 GiB, and 500 MiB of it", want: `over the limit Message|deadline exceeded|^\s*$`, play: func(r *raw) error {
			return r.huge(0xfffffff0, 500<<20)
		}},
		{name: "long-message", what: "a message of 64 MiB", want: "over the limit Message", survives: true, play: func(r *raw) error {
			return r.huge(64<<20, 64<<20)
		}},
		{name: "many-messages", what: "thousands of messages of 16 MiB that are never whole", want: `over the limit|broke the protocol|^\s*$`, only: "host", play: func(r *raw) error {
			piece := make([]byte, maxFrame-4)
			return r.each(5000, func(i int) error {
				first := append(binary.BigEndian.AppendUint32(nil, 16<<20), piece...)
				return r.send(r.own, frame{typ: frameCall, flags: flagMore, id: uint32(i + 10), body: first})
			})
		}},
		{name: "many-calls-in-pieces", what: "more incomplete messages than calls may be in flight", want: "broke the protocol", only: "host", play: func(r *raw) error {
			return r.each(80_000, func(i int) error {
				return r.send(r.own, frame{typ: frameCall, flags: flagMore, id: uint32(i + 10), body: []byte{0, 0, 1, 0}})
			})
		}},
		{name: "orphan-pieces", what: "pieces of messages that never began", want: "broke the protocol", play: func(r *raw) error {
			return r.send(r.lane(), frame{typ: frameData, id: 77, body: make([]byte, 100)})
		}},
		{name: "endless-metadata", what: "metadata of 4 billion entries", want: "over the limit Metadata|metadata", play: func(r *raw) error {
			var body []byte
			body = append(callBody(0), 0xff, 0xff, 0xff, 0xff)
			entry := append([]byte{0, 0, 0, 1, 'k', 0, 0, 0, 10}, "0123456789"...)
			for len(body) < 2<<20 {
				body = append(body, entry...)
			}
			_, err := r.own.Write(pieces0(frame{typ: frameCall, flags: flagMetadata, id: 8}, body))
			return err
		}},
		{name: "long-metadata", what: "one key of 2 MiB", want: "over the limit Metadata", survives: true, play: func(r *raw) error {
			body := append(callBody(0), 0, 0, 0, 1)
			body = append(binary.BigEndian.AppendUint32(body, 2<<20), strings.Repeat("k", 2<<20)...)
			body = append(body, 0, 0, 0, 0)
			_, err := r.own.Write(pieces0(frame{typ: frameCall, flags: flagMetadata, id: 8}, body))
			return err
		}},
		{name: "long-error", what: "an error of 10 MiB, and one that is nested", only: "plugin", want: "over the limit Error", survives: true, play: func(r *raw) error {
			n := 0
			return r.serve(func(call frame) error {
				if n++; n > 2 {
					return r.echo(call)
				}
				text := `{"code":"aborted","message":"` + strings.Repeat("x", 10<<20) + `"}`
				if n == 2 {
					text = `{"details":` + strings.Repeat(`{"a":`, 1<<16)
				}
				_, err := r.theirs.Write(pieces0(frame{typ: frameReply, flags: flagError, id: call.id}, []byte(text)))
				return err
			})
		}},
		{name: "deep-json", what: "a value of a million levels", want: "nested deeper than 1000 levels", survives: true, play: func(r *raw) error {
			return r.value([]byte(`{"Tree":` + strings.Repeat(`{"Children":[`, 1<<20)))
		}},
		{name: "deep-cbor", codec: "cbor", what: "a value of 100,000 levels", want: "nested deeper than 1000 levels", survives: true, play: func(r *raw) error {
			deep := []byte("\xa1dTree")
			for range 100_000 {
				deep = append(deep, "\xa1hChildren\x81"...)
			}
			return r.value(deep)
		}},
	}
}

// huge sends size bytes of a message that announces total.
func (r *raw) huge(total uint32, size int) error {
	return r.once(func(id uint32) error {
		f, body := r.message(id, nil)
		first := pieces(f, total, append(body, make([]byte, maxFrame-4-len(body))...))
		first[5] |= flagMore
		lane := r.lane()
		if _, err := lane.Write(first); err != nil {
			return err
		}
		more := frame{typ: frameData, flags: flagMore, id: id, body: make([]byte, maxFrame)}.bytes()
		sent := maxFrame - 4
		for ; sent+maxFrame < size; sent += maxFrame {
			if _, err := lane.Write(more); err != nil {
				return err
			}
		}
		if uint32(size) < total { // it never ends
			return nil
		}
		return r.send(lane, frame{typ: frameData, id: id, body: make([]byte, size-sent)})
	})
}

// value sends one payload that is not what it should be.
func (r *raw) value(payload []byte) error {
	return r.once(func(id uint32) error {
		f, body := r.message(id, payload)
		_, err := r.lane().Write(pieces0(f, body))
		return err
	})
}
