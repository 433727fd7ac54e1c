package main

import (
	"bytes"
	"encoding/binary"
	"net"
	"time"
)

// combinedAttacks add up what each limit lets through by itself.
func combinedAttacks() []attack {
	return []attack{
		{name: "unread-large-replies", codec: "cbor", what: "calls with large replies, of which none is ever read", deaf: true, hangs: true, play: (*raw).unread},
		{name: "unread-streams", what: "as many streams as are allowed, filled and never announced", survives: true, play: (*raw).fill},
		{name: "almost-whole", what: "as many messages as there is room for, of which the last byte is missing", play: (*raw).almostWhole},
		{name: "metadata-keys", what: "metadata of a million tiny keys", want: "over the limit Metadata", survives: true, play: func(r *raw) error {
			const n = 1_500_000
			body := binary.BigEndian.AppendUint32(callBody(0), n)
			for i := range n {
				body = append(body, 0, 0, 0, 3, byte(i>>16), byte(i>>8), byte(i), 0, 0, 0, 0)
			}
			for i := range 6 {
				if _, err := r.own.Write(pieces0(frame{typ: frameCall, flags: flagMetadata, id: uint32(i + 10)}, body)); err != nil {
					return err
				}
			}
			return nil
		}},
		{name: "unread-releases", what: "objects passed to calls that are refused, of which no release is ever read", want: "the control lane is not read", heedless: true, play: func(r *raw) error {
			table := []byte{0, 64}
			for i := range 64 {
				table = append(binary.BigEndian.AppendUint64(append(table, 1), uint64(i+100)), 0, 0)
			}
			burst := []byte{}
			for i := range 50 {
				burst = append(burst, frame{typ: frameCall, flags: flagReferences, id: uint32(i + 1000), body: append(callBody(1<<40), table...)}.bytes()...)
			}
			return r.each(200_000, func(int) error { _, err := r.own.Write(burst); return err })
		}},
		{name: "escapes-in-refusal", only: "plugin", what: "a refusal that would drive a terminal", want: `evil`, link: func(link net.Conn) error {
			if _, err := readHello(link); err != nil {
				return err
			}
			const evil = "\x1b]0;evil\x07\x1b[2J\u202e\r\n"
			err := writeHello(link, map[string]any{
				"tenon": 1, "name": evil, "release": evil, "refusal": map[string]any{"reason": evil, "what": evil, "host": []string{evil}, "plugin": []string{evil}},
			})
			time.Sleep(time.Second)
			return err
		}},
		{name: "incomplete-small", what: "thousands of small messages that are never whole, on two lanes", play: func(r *raw) error {
			full := make([]byte, maxFrame-4)
			piece := make([]byte, 1030)
			fill := func(w interface{ Write([]byte) (int, error) }, typ byte) {
				var b bytes.Buffer
				for i := range 2040 { // each in memory that a large one has used before
					b.Write(frame{typ: typ, flags: flagMore, id: 9, body: append([]byte{0, 1, 0x10, 0}, full...)}.bytes())
					b.Write(frame{typ: 3, flags: 0x20, id: 9}.bytes())
					b.Write(frame{typ: typ, flags: flagMore, id: uint32(i + 10), body: append([]byte{0, 0x10, 0, 0}, piece...)}.bytes())
					if b.Len() > 1<<20 {
						w.Write(b.Bytes())
						b.Reset()
					}
				}
				w.Write(b.Bytes())
			}
			fill(r.own, frameCall)
			if r.theirs != nil {
				fill(r.theirs, frameReply)
			}
			return nil
		}},
	}
}

// unread asks for large replies, and reads none of them.
func (r *raw) unread() error {
	if r.theirs != nil { // a host has its object already
		body := append(callBody(0), `{"service":"victim","codecs":["cbor"]}`...)
		if err := r.send(r.own, frame{typ: frameCall, id: firstCall, body: body}); err != nil {
			return err
		}
		time.Sleep(300 * time.Millisecond)
	}
	value := append(binary.BigEndian.AppendUint32([]byte("\xa1dData\x5a"), 1<<20), make([]byte, 1<<20)...)
	go r.each(2000, func(i int) error { // the victim takes no more at some time
		_, err := r.own.Write(pieces0(frame{typ: frameCall, id: uint32(i + 10)}, callBody(1, value...)))
		return err
	})
	time.Sleep(attackTime)
	return nil
}

// almostWhole sends all but the end of what fills the victim's room, so that all of it was
// touched, and waits, while the load of others makes garbage beside it.
func (r *raw) almostWhole() error {
	lane, typ := r.own, frameCall
	if r.theirs != nil {
		lane, typ = r.theirs, frameReply
	}
	const size = 4 << 20
	body := callBody(1, make([]byte, size)...)
	for i := range 15 {
		message := pieces(frame{typ: typ, id: uint32(i + 1_000_000)}, size, body[:size-1])
		last := len(message) - headerSize - (size-1-(maxFrame-4))%maxFrame
		message[last+5] |= flagMore
		if _, err := lane.Write(message); err != nil {
			return err
		}
	}
	time.Sleep(attackTime)
	return nil
}

// fill opens as many streams as the victim's limit, and writes to each until nothing more
// fits.
func (r *raw) fill() error {
	const streams = 126 // of 128
	for i := range streams {
		stream, err := r.session.Open(r.ctx)
		if err != nil {
			return err
		}
		if _, err := stream.Write(binary.BigEndian.AppendUint64([]byte{kindFlow}, uint64(i+1))); err != nil {
			return err
		}
		go func() { // until the session ends
			for block := make([]byte, 64<<10); ; {
				if _, err := stream.Write(block); err != nil {
					return
				}
			}
		}()
	}
	time.Sleep(attackTime)
	return nil
}
