package main

import (
	"encoding/binary"
	"net"
	"time"
)

// timeAttacks play with clocks.
func timeAttacks() []attack {
	return []attack{
		{name: "deadline-overflow", what: "deadlines of 0 and of 2^64-1 nanoseconds", survives: true, want: "not_found|deadline", play: func(r *raw) error {
			return r.each(1000, func(i int) error {
				body := binary.BigEndian.AppendUint64(callBody(0), []uint64{0, 1, 1<<63 - 1, 1 << 63, 1<<64 - 1}[i%5])
				return r.send(r.own, frame{typ: frameCall, flags: flagDeadline, id: uint32(i + 10), body: append(body, `{"service":"none"}`...)})
			})
		}},
		{name: "shutdown-overflow", what: "shutdowns of 2^64-1 nanoseconds, and of 3 bytes", only: "host", want: "broke the protocol", play: func(r *raw) error {
			for _, body := range [][]byte{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {1, 2, 3}} {
				if err := r.send(r.control, frame{typ: frameShutdown, body: body}); err != nil {
					return err
				}
			}
			return nil
		}},
		{name: "slow-loris", waits: true, hangs: true, what: "a frame that comes a byte at a time, and never whole", want: "deadline exceeded|holds", play: func(r *raw) error {
			f, body := r.message(3, []byte("null"))
			f.body, f.announced = body, 60_000
			return drip(r.lane(), f.bytes())
		}},
		{name: "silence", hangs: true, what: "nothing is read, and nothing said", want: "deadline exceeded|holds", play: func(r *raw) error {
			<-r.ctx.Done()
			return r.ctx.Err()
		}},
	}
}

// drip writes slowly, and then goes on with zeros until the other side has had enough.
func drip(w interface{ Write([]byte) (int, error) }, b []byte) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for i := 0; ; i++ {
		c := byte(' ')
		if i < len(b) {
			c = b[i]
		}
		if _, err := w.Write([]byte{c}); err != nil {
			return err
		}
		<-ticker.C
	}
}

// hold keeps a link open, so that it is the other side that ends it.
func hold(link net.Conn, err error) error {
	if err != nil {
		return err
	}
	_, err = link.Read(make([]byte, 1))
	for err == nil {
		_, err = link.Read(make([]byte, 4096))
	}
	return nil
}

// attackTime bounds what is done again and again.
const attackTime = 3 * time.Second

// each does something n times, or until its time is over. The victim may have ended the
// session by then: that is its good right.
func (r *raw) each(n int, do func(i int) error) error {
	deadline := time.Now().Add(attackTime)
	for i := range n {
		if r.ctx.Err() != nil || time.Now().After(deadline) {
			return nil
		}
		if do(i) != nil {
			return nil
		}
	}
	return nil
}

// once does something with the victim's first call, or as one call to it; later calls are
// answered as they should be.
func (r *raw) once(do func(id uint32) error) error {
	if r.theirs == nil {
		return do(1000)
	}
	done := false
	return r.serve(func(call frame) error {
		if done {
			return r.echo(call)
		}
		done = true
		return do(call.id)
	})
}
