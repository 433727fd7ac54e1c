package tlslink

import (
	"net"
	"slices"
	"sync"
	"sync/atomic"
)

// places are those of connections that are about to prove themselves. There are so many,
// and whoever comes when all are taken has the place of the one that has kept one longest
// without a word, since the host speaks at once; where all have spoken, of the one that
// has been there longest.
type places struct {
	mu     sync.Mutex
	guests []*guest // as they came
}

// A guest is a connection that has a place.
type guest struct {
	net.Conn
	places *places
	spoke  atomic.Bool
}

// take gives conn a place, and closes who had it.
func (p *places) take(conn net.Conn) *guest {
	g := &guest{Conn: conn, places: p}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.guests) == atOnce {
		i := max(0, slices.IndexFunc(p.guests, func(g *guest) bool { return !g.spoke.Load() }))
		p.guests[i].Conn.Close()
		p.guests = slices.Delete(p.guests, i, i+1)
	}
	p.guests = append(p.guests, g)
	return g
}

// Read notes that there was something to read.
func (g *guest) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	if n > 0 && !g.spoke.Load() {
		g.spoke.Store(true)
	}
	return n, err
}

// leave gives the place back. It reports false when somebody else has it already.
func (g *guest) leave() bool {
	g.places.mu.Lock()
	defer g.places.mu.Unlock()
	i := slices.Index(g.places.guests, g)
	if i < 0 {
		return false
	}
	g.places.guests = slices.Delete(g.places.guests, i, i+1)
	return true
}
