package goplugin

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/compat-goplugin/runner"
)

const (
	// exitWait is how long a plugin that has agreed to end may take to do so.
	exitWait = 2 * time.Second

	// killWait bounds the waiting for a process that was ended by force, or for a
	// Runner that does so.
	killWait = 10 * time.Second
)

// Kill ends the plugin: it asks it to end, waits a moment for that, and then ends it by
// force. It returns when the plugin is gone, after some seconds at most where the
// plugin does not answer. A plugin in test mode is left alone, and what the host has of
// it works on. Calling Kill again, or before the start, is fine; a start that is under
// way is given up.
func (c *Client) Kill() {
	c.mu.Lock()
	start := c.start
	c.mu.Unlock()
	if start != nil {
		start.cancel(errKilled) // no effect on one that has ended
		<-start.done
	}
	c.mu.Lock()
	p, l := c.process, c.link
	c.mu.Unlock()
	if p == nil {
		managed.remove(c)
		return
	}
	switch r := c.config.Reattach; {
	case lent(p.AttachedRunner):
		c.detach(p)
	case r != nil && r.Test:
		c.leave(p)
	default:
		c.end(p)
	}
	if l != nil && l.sockets.socketDir != "" {
		os.RemoveAll(l.sockets.socketDir)
	}
	c.forget(p)
	managed.remove(c)
}

// end ends a plugin that was started.
func (c *Client) end(p *process) {
	select {
	case <-p.joined:
		c.hangUp()
		return
	default:
	}
	if c.askToEnd() && waitFor(p.ctx.Done(), exitWait) {
		c.log.Debug("plugin exited")
	} else {
		c.log.Warn("plugin failed to exit gracefully")
		c.mu.Lock()
		c.forced = true
		c.mu.Unlock()
		c.forceEnd(p)
	}
	c.hangUp()
	waitFor(p.joined, killWait)
}

// askToEnd connects to the plugin, if that was not done, and asks it to end. It reports
// whether the plugin may be expected to.
func (c *Client) askToEnd() bool {
	c.mu.Lock()
	if c.link == nil {
		c.mu.Unlock()
		return false
	}
	c.mu.Unlock()
	timer := time.AfterFunc(shutdownWait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.connect != nil {
			c.connect.cancel(errKilled)
		}
	})
	client, err := c.connected()
	timer.Stop()
	if err != nil {
		c.log.Error("the plugin that is to end cannot be reached", "error", err)
		return false
	}
	if err := client.Close(); err != nil {
		c.log.Warn("the plugin could not be asked to end", "error", err)
		return false
	}
	return true
}

// forceEnd ends the process by force and waits for its end.
func (c *Client) forceEnd(p *process) {
	ctx, cancel := context.WithTimeout(context.Background(), killWait)
	defer cancel()
	ended := make(chan struct{})
	go func() { // a Runner of the host's may not keep to the context
		defer close(ended)
		if err := p.Kill(ctx); err != nil {
			c.log.Debug("the plugin could not be killed", "error", err)
		}
	}()
	if !waitFor(ended, killWait) || !waitFor(p.joined, killWait) {
		c.log.Error("the plugin is still there after it was killed", "plugin", p.name, "id", p.ID())
	}
}

// lent reports whether the plugin is another client's to end, as those of the bridge are.
func lent(r runner.AttachedRunner) bool {
	l, ok := r.(interface{ Lent() bool })
	return ok && l.Lent()
}

// leave lets a plugin in test mode live, and the connection until the plugin ends it.
func (c *Client) leave(p *process) {
	c.mu.Lock()
	var ended <-chan struct{}
	switch client := c.client.(type) {
	case *RPCClient:
		ended = client.brokering
	case *GRPCClient:
		ended = client.brokering
	}
	c.mu.Unlock()
	if ended == nil {
		c.detach(p)
		return
	}
	go func() {
		<-ended
		c.detach(p)
	}()
}

// detach gives up the connection to a plugin, and lets it live.
func (c *Client) detach(p *process) {
	c.hangUp()
	p.cancel()
	<-p.joined
}

// hangUp closes the connection without a word.
func (c *Client) hangUp() {
	c.mu.Lock()
	client := c.client
	c.mu.Unlock()
	switch client := client.(type) {
	case *RPCClient:
		client.disconnect()
	case *GRPCClient:
		client.hangUp()
	}
}

// forget makes that the process is not signalled any more: its number may be somebody
// else's.
func (c *Client) forget(p *process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process == p {
		c.process = nil
	}
}

// ended notes the end of a plugin. Whoever sees the context done sees Exited true.
func (c *Client) ended(p *process, err error) {
	switch {
	case errors.Is(err, context.Canceled) && p.ctx.Err() != nil: // it was let go
		close(p.joined)
		return
	case c.config.Reattach != nil:
		c.log.Debug("reattached plugin process exited")
	case err != nil:
		c.log.Error("plugin process exited", "plugin", p.name, "id", p.ID(), "error", err.Error())
	default:
		c.log.Info("plugin process exited", "plugin", p.name, "id", p.ID())
	}
	c.mu.Lock()
	c.exited = true
	c.mu.Unlock()
	p.cancel()
	close(p.joined)
}

// Killed is 1 once [CleanupClients] was called, when broken connections are to be
// expected. Read it with sync/atomic.
var Killed uint32 = 0

// managed has the clients that CleanupClients ends.
var managed clientSet

type clientSet struct {
	mu  sync.Mutex
	all map[*Client]bool
}

func (s *clientSet) add(c *Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = make(map[*Client]bool)
	}
	s.all[c] = true
}

// remove forgets a client that was killed, so that a host which runs many plugins, one
// after the other, does not keep them all.
func (s *clientSet) remove(c *Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
}

// CleanupClients kills the plugins of all Managed clients, at the same time, and
// returns when they are gone. A host calls it before it exits; calling it again is fine.
func CleanupClients() {
	atomic.StoreUint32(&Killed, 1)
	managed.mu.Lock()
	clients := make([]*Client, 0, len(managed.all))
	for c := range managed.all {
		clients = append(clients, c)
	}
	managed.mu.Unlock()
	var all sync.WaitGroup
	for _, c := range clients {
		all.Add(1)
		go func() {
			defer all.Done()
			c.Kill()
		}()
	}
	all.Wait()
}
