package main

import (
	"bytes"
	"encoding/binary"
	"net"
	"strings"
)

// frameAttacks send frames that nobody waits for, or that nothing follows.
func frameAttacks() []attack {
	return []attack{
		{name: "unasked-replies", what: "replies to calls never made", only: "plugin", survives: true, play: func(r *raw) error {
			burst := bytes.Repeat(frame{typ: frameReply, id: 0x7fffff00, body: make([]byte, 1000)}.bytes(), 100)
			return r.each(1000, func(int) error { _, err := r.theirs.Write(burst); return err })
		}},
		{name: "duplicate-replies", what: "each reply comes several times", only: "plugin", survives: true, play: func(r *raw) error {
			return r.serve(func(call frame) error {
				for range 50 {
					if err := r.echo(call); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{name: "duplicate-calls", what: "two calls of one id", only: "host", want: "broke the protocol", play: func(r *raw) error {
			f, body := r.message(7, []byte("null"))
			f.body = body
			_, err := r.own.Write(bytes.Repeat(f.bytes(), 2000))
			return err
		}},
		{name: "unknown-frames", what: "frames of a type that there is not", want: "broke the protocol.*0x7f", play: func(r *raw) error {
			return r.send(r.lane(), frame{typ: 0x7f})
		}},
		{name: "garbage", what: "bytes that are no frames", want: "broke the protocol", play: func(r *raw) error {
			_, err := r.lane().Write(bytes.Repeat([]byte("GET / HTTP/1.1\r\n"), 1000))
			return err
		}},
		{name: "pings", what: "a million pings, of which no answer is read", only: "host", survives: true, play: func(r *raw) error {
			burst := bytes.Repeat(frame{typ: framePing, id: 9}.bytes(), 1000)
			return r.each(1000, func(int) error { _, err := r.control.Write(burst); return err })
		}},
		{name: "releases", what: "objects released that there never were", only: "host", survives: true, play: func(r *raw) error {
			ids := make([]byte, 8000*8)
			for i := range 8000 {
				binary.BigEndian.PutUint64(ids[8*i:], uint64(i)+1000)
			}
			return r.each(100, func(int) error { return r.send(r.control, frame{typ: frameRelease, body: ids}) })
		}},
		{name: "cancels", what: "calls that are cancelled as soon as they are made", survives: true, play: func(r *raw) error {
			return r.each(20_000, func(i int) error {
				id := uint32(i + 10)
				body := callBody(0, []byte(`{"service":"none"}`)...)
				b := frame{typ: frameCall, id: id, body: body}.bytes()
				_, err := r.own.Write(append(b, frame{typ: frameCancel, id: id}.bytes()...))
				return err
			})
		}},
		{name: "calls", what: "more calls than may be in flight", survives: true, play: func(r *raw) error {
			return r.each(200_000, func(i int) error {
				return r.send(r.own, frame{typ: frameCall, id: uint32(i + 10), method: 1, body: callBody(0)})
			})
		}},
		{name: "unread-replies", waits: true, what: "calls of which no reply is ever read", deaf: true, hangs: true, play: func(r *raw) error {
			return r.each(200_000, func(i int) error {
				return r.send(r.own, frame{typ: frameCall, id: uint32(i + 10), method: 1, body: callBody(0)})
			})
		}},
		{name: "streams", what: "more streams than may be open, each filled", play: func(r *raw) error {
			fill := make([]byte, 64<<10)
			return r.each(3000, func(i int) error {
				s, err := r.open(append([]byte{kindFlow}, binary.BigEndian.AppendUint64(nil, uint64(i))...)...)
				if err == nil {
					go r.each(100, func(int) error { _, err := s.Write(fill); return err })
				}
				return err
			})
		}},
		{name: "lanes", what: "a second control lane, and streams of no kind", want: "broke the protocol", play: func(r *raw) error {
			if _, err := r.open(kindControl); err != nil {
				return err
			}
			_, err := r.open(200)
			return err
		}},
		{name: "endless-hello", what: "a hello that does not end", want: "no hello|closed", link: func(link net.Conn) error {
			for {
				if _, err := link.Write(bytes.Repeat([]byte("x"), 64<<10)); err != nil {
					return err
				}
			}
		}},
		{name: "huge-hello", what: "a hello that announces 4 GiB", want: "it announces 4294967295 bytes", link: func(link net.Conn) error {
			_, err := link.Write([]byte("TENO\xff\xff\xff\xff{"))
			return hold(link, err)
		}},
		{name: "nested-hello", what: "a hello of 60,000 brackets", want: "its JSON does not parse", link: func(link net.Conn) error {
			body := `{"versions":` + strings.Repeat("[", 60_000)
			_, err := link.Write(append(binary.BigEndian.AppendUint32([]byte("TENO"), uint32(len(body))), body...))
			return hold(link, err)
		}},
		{name: "slow-hello", what: "a hello that comes a byte at a time", want: "was not ready within|did not speak|holds", link: func(link net.Conn) error {
			return drip(link, append([]byte("TENO\x00\x00\xff\x00"), bytes.Repeat([]byte(" "), 65_000)...))
		}},
		{name: "lying-hello", what: "an answer that chose what was not offered", only: "plugin", want: "was not offered", link: func(link net.Conn) error {
			if _, err := readHello(link); err != nil {
				return err
			}
			return hold(link, writeHello(link, map[string]any{"tenon": 1, "version": 1, "transport": "evil/9", "codecs": []string{"gob"}}))
		}},
	}
}
