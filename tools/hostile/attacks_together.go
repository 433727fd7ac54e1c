package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// togetherAttacks use several limits at once, each of which lets something through.
func togetherAttacks() []attack {
	return []attack{
		{name: "closed-streams", what: "streams that are filled, closed and never announced, as many as there may be", hangs: true, play: (*raw).closeFilled},
		{name: "all-together", codec: "cbor", deaf: true, hangs: true, what: "unread replies, incomplete messages, metadata, references, output and filled streams at once", play: (*raw).together},
	}
}

// window is what a stream takes that nobody reads.
const window = 256 << 10

// closeFilled opens streams, fills and closes them until the victim takes no more. Each is
// known to the victim by the number that stands at its beginning.
func (r *raw) closeFilled() error {
	const most = 160 // fewer than the victim lets there be
	for i := range most {
		opening, cancel := context.WithTimeout(r.ctx, attackTime/10)
		stream, err := r.session.Open(opening)
		cancel()
		if err != nil {
			break
		}
		filled := make(chan struct{})
		go func() {
			defer close(filled)
			begin := binary.BigEndian.AppendUint64([]byte{kindFlow}, uint64(i+1_000_000))
			stream.Write(append(begin, make([]byte, window-len(begin))...))
		}()
		select {
		case <-filled:
		case <-time.After(attackTime / 10):
		}
		stream.Close()
	}
	time.Sleep(attackTime / 3)
	return nil
}

// together does what is bounded by different limits.
func (r *raw) together() error {
	lane, typ, n := r.own, frameCall, 24 // it leaves room for replies
	if r.theirs != nil {                 // a host has its object already
		lane, typ, n = r.theirs, frameReply, 80
		body := append(callBody(0), `{"service":"victim","codecs":["cbor"]}`...)
		if err := r.send(r.own, frame{typ: frameCall, id: firstCall, body: body}); err != nil {
			return err
		}
		for line := bytes.Repeat([]byte("x"), 1<<20); len(line) > 0; line = line[:len(line)/2] {
			fmt.Fprintf(os.Stderr, "%s\n", line)
		}
		time.Sleep(300 * time.Millisecond)
	}
	began := make(chan struct{})
	go func() {
		if r.theirs == nil {
			r.incomplete(lane, typ, n)
		}
		close(began)
		r.bothered()
	}()
	<-began
	time.Sleep(attackTime / 3)
	if r.theirs != nil {
		go r.incomplete(lane, typ, n)
		time.Sleep(attackTime / 6)
	}
	return r.closeFilled()
}

// bothered makes calls of which each has as much as may stand beside a payload, and reads no
// reply.
func (r *raw) bothered() {
	metadata := binary.BigEndian.AppendUint32(nil, 1000)
	for i := range 1000 {
		metadata = append(metadata, 0, 0, 0, 3, 'k', byte(i>>8), byte(i), 0, 0, 0, 10)
		metadata = append(metadata, "0123456789"...)
	}
	table := []byte{0, 64}
	for i := range 64 {
		table = append(binary.BigEndian.AppendUint64(append(table, 1), uint64(i+100)), 0, 0)
	}
	const size = 256 << 10
	value := append(binary.BigEndian.AppendUint32([]byte("\xa1dData\x5a"), size), make([]byte, size)...)
	body := callBody(1)
	body = append(append(append(body, metadata...), table...), value...)
	r.each(8000, func(i int) error {
		_, err := r.own.Write(pieces0(frame{typ: frameCall, flags: flagMetadata | flagReferences, id: uint32(i + 10)}, body))
		return err
	})
}

// incomplete sends the beginnings of n messages, each of which takes a megabyte.
func (r *raw) incomplete(lane transport.Stream, typ byte, n int) {
	piece := binary.BigEndian.AppendUint32(nil, 1<<20)
	piece = append(piece, make([]byte, maxFrame-4)...)
	r.each(n, func(i int) error {
		return r.send(lane, frame{typ: typ, flags: flagMore, id: uint32(i + 1_000_000), body: piece})
	})
}
