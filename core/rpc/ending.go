package rpc

import (
	"errors"
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
