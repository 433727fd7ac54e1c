package rpc

import (
	"errors"
	"io"
	"iter"
	"net"
	"strings"
	"testing"
)

// A call to a peer that is gone fails with the reason, whatever it passes.
func TestPassingToAPeerThatIsGone(t *testing.T) {
	crashed := errors.New("crashed")
	plugin := Config{Services: map[string]*Service{"passer": newPasser(&passer{})}}
	p := newPair(t, Config{Explain: func(error, map[string]int) error { return crashed }}, plugin)
	o := p.dispense(t, "passer")
	p.link.Close()
	<-p.host.Done()
	mine, theirs := net.Pipe()
	defer mine.Close()
	defer theirs.Close()
	for name, pass := range map[string]func(*Call){
		"nothing":      func(*Call) {},
		"an object":    func(c *Call) { c.PassObject(newPasser(nil), &passer{}, true) },
		"a func":       func(c *Call) { PassFunc(c, newPasser(nil), func() {}) },
		"home":         func(c *Call) { c.PassObject(newPasser(nil), stub{o}, true) },
		"a reader":     func(c *Call) { c.PassReader(strings.NewReader("")) },
		"a writer":     func(c *Call) { c.PassWriter(io.Discard) },
		"a sequence":   func(c *Call) { PassSeq(c, iter.Seq2[int, error](func(func(int, error) bool) {})) },
		"a channel":    func(c *Call) { PassChan(c, make(chan int)) },
		"a connection": func(c *Call) { c.PassConn(mine) },
	} {
		c := begin(t, o, "Callback")
		pass(c)
		if err := c.Do(nil, new(string)); !errors.Is(err, Unavailable) || !errors.Is(err, crashed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
