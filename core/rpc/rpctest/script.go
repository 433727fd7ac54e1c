package rpctest

import (
	"encoding/binary"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// The steps of a script: an op, a lane, and what the op takes.
const (
	opOpen  = iota // lane is the kind
	opFrame        // a frame with the right length
	opRaw          // bytes as they are
	opClose        // the lane
	opReply        // a frame on the engine's lane of calls
	opPause        // lets the engine work
	ops

	mostSteps = 200
	mostLanes = 16
)

// run follows the script until it is over, or the engine has had enough.
func (h *hostile) run(side transport.Side, steps []byte) {
	if side == transport.Plugin {
		h.open(kindControl)
	}
	for n := 0; len(steps) >= 2 && n < mostSteps; n++ {
		op, lane := steps[0]%ops, steps[1]
		steps = steps[2:]
		var f frame
		if op == opFrame || op == opReply {
			if len(steps) < 8 {
				return
			}
			f = frame{typ: steps[0], flags: steps[1], method: binary.BigEndian.Uint16(steps[2:]), id: binary.BigEndian.Uint32(steps[4:])}
			steps = steps[8:]
		}
		if op == opFrame || op == opReply || op == opRaw {
			if len(steps) < 2 {
				return
			}
			size := min(int(binary.BigEndian.Uint16(steps)), len(steps)-2)
			f.body, steps = steps[2:2+size], steps[2+size:]
		}
		if !h.step(op, lane, f) {
			return
		}
	}
}

func (h *hostile) step(op, lane byte, f frame) bool {
	var target transport.Stream
	switch op {
	case opOpen:
		return h.open(lane)
	case opPause:
		time.Sleep(time.Millisecond)
		return true
	case opReply:
		select {
		case target = <-h.replies:
			h.replies <- target
		case <-time.After(5 * time.Millisecond):
			return true
		}
	default:
		if len(h.lanes) == 0 {
			return h.open(kindCalls)
		}
		target = h.lanes[int(lane)%len(h.lanes)]
	}
	bytes := f.bytes()
	switch op {
	case opRaw:
		bytes = f.body
	case opClose:
		target.Close()
		return true
	}
	_, err := target.Write(bytes)
	return err == nil
}

func (h *hostile) open(kind byte) bool {
	if len(h.lanes) >= mostLanes {
		return true
	}
	s, err := h.session.Open(h.ctx)
	if err != nil {
		return false
	}
	h.lanes = append(h.lanes, s)
	h.joined.Go(func() { h.forget(s) })
	_, err = s.Write([]byte{kind})
	return err == nil
}

func script(steps ...[]byte) []byte {
	var all []byte
	for _, s := range steps {
		all = append(all, s...)
	}
	return all
}

func opened(kind byte) []byte          { return []byte{opOpen, kind} }
func closed(lane byte) []byte          { return []byte{opClose, lane} }
func framed(lane byte, f frame) []byte { return stepOf(opFrame, lane, f) }
func replied(f frame) []byte           { return stepOf(opReply, 0, f) }
func rawly(lane byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{opRaw, lane}, uint16(len(body))), body...)
}

func stepOf(op, lane byte, f frame) []byte {
	b := []byte{op, lane, f.typ, f.flags}
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(b, f.method), f.id)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(f.body))), f.body...)
}
