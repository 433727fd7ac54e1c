package sidechannel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// A Hub is the host's end: programs connect to it.
type Hub struct {
	dir      string
	listener net.Listener
	joined   sync.WaitGroup

	mu      sync.Mutex
	last    int
	waiting map[string]chan *Channel
}

// NewHub listens for programs.
func NewHub() (*Hub, error) {
	dir, err := os.MkdirTemp("", "tenon-bench-")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", filepath.Join(dir, "side"))
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	h := &Hub{dir: dir, listener: l, waiting: map[string]chan *Channel{}}
	h.joined.Add(1)
	go h.accept()
	return h, nil
}

// Expect returns the environment for one program that is about to start, and a
// function that waits for it to connect.
func (h *Hub) Expect() (env []string, wait func(context.Context) (*Channel, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	token := strconv.Itoa(h.last)
	got := make(chan *Channel, 1)
	h.waiting[token] = got
	return []string{socketEnv + "=" + h.listener.Addr().String(), tokenEnv + "=" + token}, func(ctx context.Context) (*Channel, error) {
		select {
		case c := <-got:
			return c, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the program to connect beside the measured link: %w", ctx.Err())
		}
	}
}

// Close ends the hub. Channels that are open stay so.
func (h *Hub) Close() error {
	err := h.listener.Close()
	h.joined.Wait()
	return errors.Join(err, os.RemoveAll(h.dir))
}

func (h *Hub) accept() {
	defer h.joined.Done()
	for {
		conn, err := h.listener.Accept()
		if err != nil {
			return
		}
		c := &Channel{conn: conn, dec: json.NewDecoder(conn), enc: json.NewEncoder(conn)}
		conn.SetReadDeadline(time.Now().Add(patience))
		var token string
		if c.dec.Decode(&token) != nil {
			conn.Close()
			continue
		}
		conn.SetReadDeadline(time.Time{})
		h.mu.Lock()
		got := h.waiting[token]
		delete(h.waiting, token)
		h.mu.Unlock()
		if got == nil {
			conn.Close()
			continue
		}
		got <- c
	}
}

// patience bounds the wait for one answer.
const patience = 30 * time.Second

// A Channel asks one program. It belongs to one goroutine; Close may be called by
// any.
type Channel struct {
	conn net.Conn
	dec  *json.Decoder
	enc  *json.Encoder
}

// Memory returns what the program allocated so far.
func (c *Channel) Memory() (Memory, error) {
	r, err := c.ask(request{Do: "memory"})
	return r.Memory, err
}

// StartProfile begins a CPU profile of the program, written to a file.
func (c *Channel) StartProfile(file string) error {
	_, err := c.ask(request{Do: "profile", File: file})
	return err
}

// StopProfile ends the profile.
func (c *Channel) StopProfile() error {
	_, err := c.ask(request{Do: "stop"})
	return err
}

// Close ends the channel, and with it the program, if it still runs.
func (c *Channel) Close() error { return c.conn.Close() }

func (c *Channel) ask(req request) (reply, error) {
	c.conn.SetDeadline(time.Now().Add(patience))
	var r reply
	err := c.enc.Encode(req)
	if err == nil {
		err = c.dec.Decode(&r)
	}
	if err == nil && r.Error != "" {
		err = errors.New(r.Error)
	}
	if err != nil {
		return r, fmt.Errorf("ask the program for %s: %w", req.Do, err)
	}
	return r, nil
}
