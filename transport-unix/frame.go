package unixtransport

import (
	"encoding/binary"
	"fmt"
)

// A frame is one integer: its kind in the first byte, and the number of a stream
// in the other seven.
type frame uint64

const (
	frameSize = 8
	kindShift = 56
	numbers   = 1<<kindShift - 1
)

// A kind says what a frame is for. docs/transport-unix.md specifies them.
type kind uint8

const (
	kindOpen    kind = 1 // with a descriptor: the peer's end of a new stream
	kindClosed  kind = 2 // I am done with a stream that you opened
	kindRefused kind = 3 // ... because it is one too many
	kindNoRoom  kind = 4 // ... because I had no descriptor free for it
	kindGoodbye kind = 5 // I am done with the link
)

var kindNames = [...]string{kindOpen: "OPEN", kindClosed: "CLOSED", kindRefused: "REFUSED", kindNoRoom: "NO-ROOM", kindGoodbye: "GOODBYE"}

func (k kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return fmt.Sprintf("a frame of the unknown kind %d", uint8(k))
}

func newFrame(k kind, number uint64) frame { return frame(k)<<kindShift | frame(number) }

func (f frame) kind() kind { return kind(f >> kindShift) }

func (f frame) number() uint64 { return uint64(f & numbers) }

func (f frame) append(b []byte) []byte { return binary.BigEndian.AppendUint64(b, uint64(f)) }

// check says what is wrong with a frame by itself.
func (f frame) check() error {
	switch f.kind() {
	case kindOpen, kindClosed, kindRefused, kindNoRoom:
		if f.number() == 0 {
			return violation("%v for stream 0, which there is not", f.kind())
		}
	case kindGoodbye:
		if f.number() != 0 {
			return violation("GOODBYE with the number %d", f.number())
		}
	default:
		return violation("%v", f.kind())
	}
	return nil
}
