package rpc

import (
	"errors"
	"io"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// gone are flows of the peer whose stream came and was closed, with nothing on it,
// before anything announced it. The announcement may still come: a connection that
// ends at once is one. Only the ids are kept, of the last of them.
type gone struct {
	ids   map[uint64]struct{}
	order []uint64 // in which they came; those that were announced are in it, too
}

// add keeps an id, and forgets the oldest where there are max.
func (g *gone) add(id uint64, max int) {
	if g.ids == nil {
		g.ids = map[uint64]struct{}{}
	}
	if len(g.order) >= max {
		delete(g.ids, g.order[0])
		g.order = append(g.order[:0], g.order[1:]...)
	}
	g.ids[id] = struct{}{}
	g.order = append(g.order, id)
}

func (g *gone) has(id uint64) bool {
	_, there := g.ids[id]
	return there
}

// leaves notes that the opener of a flow has closed its stream, and reports whether
// nothing has announced it yet.
func (t *flows) leaves(f *flow) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.incoming[f.id]
	if u == nil || u.flow != f || u.claimed {
		return false
	}
	u.timer.Stop()
	delete(t.incoming, f.id)
	t.gone.add(f.id, 2*t.peer.cfg.Limits.Streams)
	return true
}

// goneStream stands for a stream that its opener has closed, with nothing on it.
type goneStream struct{}

var _ transport.Stream = goneStream{}

var errGoneStream = errors.New("the peer has closed the stream")

func (goneStream) Read([]byte) (int, error)        { return 0, io.EOF }
func (goneStream) Write([]byte) (int, error)       { return 0, errGoneStream }
func (goneStream) Close() error                    { return nil }
func (goneStream) SetReadDeadline(time.Time) error { return nil }

// cutError is the error of a stream that ended in the middle.
func (f *flow) cutError(err error) *Error {
	if f.untold != "" {
		return Errorf(Unavailable, "the %v cut the stream of %s, of which it does not say that it has one: perhaps %s: %w",
			f.peer.cfg.Side.Peer(), f.untold, versions, unexpected(err))
	}
	return Errorf(Unavailable, "the %v cut the stream: %w", f.peer.cfg.Side.Peer(), unexpected(err))
}
