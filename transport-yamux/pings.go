package yamuxtransport

import (
	"fmt"

	"github.com/tenon-dev/tenon/core/transport/muxlink"
)

// maxPongs is how many answers to pings may wait for a peer that does not read. Nobody
// needs more than one at a time.
const maxPongs = 64

// A ponger answers the pings of the peer. The library would start a goroutine for each,
// and never stop answering. It is used by the library's receiving goroutine alone.
type ponger struct {
	out     *muxlink.Outbox
	waiting []uint64 // where in the outbox the answers end that it still holds
	frame   [headerSize]byte
}

// pong answers one ping, unless too many of the earlier answers still wait.
func (p *ponger) pong(id uint32) error {
	_, sent := p.out.Position()
	gone := 0
	for gone < len(p.waiting) && p.waiting[gone] <= sent {
		gone++
	}
	p.waiting = append(p.waiting[:0], p.waiting[gone:]...)
	if len(p.waiting) >= maxPongs {
		return fmt.Errorf("%w: it sends pings and does not read: %d pings wait for their answers", errProtocol, maxPongs)
	}
	putHeader(p.frame[:], header{kind: kindPing, flags: flagACK, length: id})
	if err := p.out.Put(p.frame[:]); err != nil {
		return err
	}
	queued, _ := p.out.Position() // perhaps behind what others sent meanwhile, which is as good
	p.waiting = append(p.waiting, queued)
	return nil
}
