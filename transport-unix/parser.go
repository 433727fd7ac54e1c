package unixtransport

import "encoding/binary"

// noDescriptor stands for a descriptor that there is not.
const noDescriptor = -1

// A parser makes frames, and the descriptors that belong to them, out of what
// arrives on the link. It knows nothing of sockets.
type parser struct {
	// take gets each frame in turn, and the descriptor of an OPEN, which it owns
	// from then on: noDescriptor if it was lost because this process had none
	// free. An error ends the parsing.
	take func(f frame, descriptor int) error

	// discard closes a descriptor that belongs to nothing.
	discard func(descriptor int)

	partial [frameSize]byte // the beginning of a frame that is still to come
	have    int
	waiting int  // the descriptor that came with the beginning of an OPEN
	holds   bool // there is one
	lost    bool // there would be one
}

// feed takes what one read of the link returned: bytes, the descriptors beside
// them, and whether the kernel dropped some. A read stops behind a message that
// carried descriptors, so they belong to the last frame of data, be it whole or
// only begun. feed owns descriptors, whatever it returns.
func (p *parser) feed(data []byte, descriptors []int, dropped bool) error {
	defer func() {
		for _, d := range descriptors {
			p.discard(d)
		}
	}()
	if len(descriptors) > 1 || dropped && len(descriptors) > 0 {
		return violation("more than one descriptor at a time")
	}
	for {
		n := copy(p.partial[p.have:], data)
		p.have += n
		data = data[n:]
		if len(data) == 0 && (len(descriptors) > 0 || dropped) {
			if p.holds || p.lost {
				return violation("a second descriptor for one frame")
			}
			if p.have == 0 {
				return violation("a descriptor without a frame")
			}
			p.lost = dropped
			if p.holds = !dropped; p.holds {
				p.waiting, descriptors = descriptors[0], nil
			}
			dropped = false
		}
		if p.have < frameSize {
			return nil
		}
		p.have = 0
		if err := p.finish(frame(binary.BigEndian.Uint64(p.partial[:]))); err != nil {
			return err
		}
	}
}

// finish takes a whole frame, and what came with it.
func (p *parser) finish(f frame) error {
	err := f.check()
	withDescriptor := p.holds || p.lost
	switch {
	case err != nil:
	case withDescriptor && f.kind() != kindOpen:
		err = violation("%v with a descriptor", f.kind())
	case !withDescriptor && f.kind() == kindOpen:
		err = violation("OPEN without a descriptor")
	}
	if err != nil {
		p.end()
		return err
	}
	d := noDescriptor
	if p.holds {
		d = p.waiting
	}
	p.holds, p.lost = false, false
	return p.take(f, d)
}

// midFrame reports whether a frame has begun that is not complete.
func (p *parser) midFrame() bool { return p.have > 0 }

// end closes a descriptor whose frame will not come.
func (p *parser) end() {
	if p.holds {
		p.discard(p.waiting)
	}
	p.holds, p.lost = false, false
}
