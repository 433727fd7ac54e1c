package rpc

import (
	"errors"
	"io"
	"time"
)

// sessionWords bounds how long the end of a lane waits for the end of the session.
const sessionWords = 250 * time.Millisecond

// because returns why the session ended: err was the first that this side noticed. A
// transport that sees its rules broken, or its link cut, ends the streams one after the
// other, and a lane may learn of that before the session says why. So what the session says
// counts, if it comes soon; it does not come when the peer has closed that lane alone.
func (p *Peer) because(err error) error {
	if errors.Is(err, ErrClosed) || errors.As(err, new(*ProtocolError)) {
		return err
	}
	timer := time.NewTimer(sessionWords)
	defer timer.Stop()
	select {
	case <-p.session.Done():
	case <-timer.C:
	}
	if said := p.session.Err(); said != nil {
		return said
	}
	return err
}

// A cutOff is how a link ended, to those whose calls and streams it cut off. A link ends
// with io.EOF where a process ended, which is the clean end of none of them: it matches
// io.ErrUnexpectedEOF in place of it.
type cutOff struct{ link error }

// cutOffBy returns how the link ended, without an io.EOF in it.
func cutOffBy(link error) error {
	if !errors.Is(link, io.EOF) {
		return link
	}
	return cutOff{link}
}

// Error returns the text of the link's end.
func (c cutOff) Error() string { return c.link.Error() }

// Is reports whether the link's end matches target; see [errors.Is].
func (c cutOff) Is(target error) bool {
	return target == io.ErrUnexpectedEOF || target != io.EOF && errors.Is(c.link, target)
}

// As finds target in the link's end; see [errors.As].
func (c cutOff) As(target any) bool { return errors.As(c.link, target) }
