package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
)

// playAttacker is the main function of a plugin that attacks its host.
func playAttacker() {
	a, ok := attackNamed(os.Getenv(attackEnv))
	tr, err := transportNamed(os.Getenv(transportEnv))
	if !ok || err != nil {
		os.Exit(2)
	}
	link, err := launch.Inherit(os.Getenv(launch.LinkEnv))
	if err != nil {
		os.Exit(3)
	}
	if a.link != nil {
		a.link(link)
		return
	}
	r, err := hello(context.Background(), link, transport.Plugin, tr, a)
	if err != nil || a.flood != nil {
		fmt.Fprintln(os.Stderr, "attacker:", err)
		os.Exit(4)
	}
	if err := a.play(r); err != nil {
		fmt.Fprintln(os.Stderr, "attacker:", err)
	}
	for _, told := range r.all() {
		fmt.Fprintln(os.Stderr, "attacker was told:", told)
	}
	r.serve(r.echo)
}

func (r *raw) all() []string {
	// What was asked last is answered soon.
	time.Sleep(300 * time.Millisecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told
}

// attackAsHost attacks a plugin that waits at a socket, as a host that it lets in, and returns what it was told,
// and whether the session survived.
func attackAsHost(ctx context.Context, a attack, tr transport.Transport, socket string) (said string, survived bool, err error) {
	whole, cancel := context.WithTimeout(ctx, 2*attackTime+callWithin)
	defer cancel()
	ctx, done := context.WithTimeout(whole, 2*attackTime)
	defer done()
	p, err := attach.At(socket).Launch(ctx, launch.Request{}) // an attacker who knows the plugin's secret
	if err != nil {
		return "", false, err
	}
	link := p.Link()
	defer link.Close()
	until := whole
	if a.play == nil {
		until = ctx
	}
	stop := context.AfterFunc(until, func() { link.Close() })
	defer stop()
	if a.link != nil {
		err := a.link(link)
		if ctx.Err() != nil {
			return "it holds the link for as long as it likes", false, nil
		}
		return fmt.Sprintln("the link was closed:", err), false, nil
	}
	r, err := hello(ctx, link, transport.Host, tr, a)
	if a.flood != nil {
		return fmt.Sprintln("the flood ended:", err), false, nil
	}
	if err != nil {
		return "", false, err
	}
	defer r.session.Close()
	if err := a.play(r); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "hostile:", a.name, err)
	}
	held := ctx.Err() != nil
	if a.survives {
		survived = r.answered(whole)
	}
	if held {
		said = "it holds its own session for as long as it likes\n"
	}
	for _, told := range r.all() {
		said += told + "\n"
	}
	return said, survived, nil
}

// firstCall is the id of the Dispense, lastCall that of the call that asks whether the
// session goes on.
const (
	firstCall = 1
	lastCall  = 0x7ffffff1
)

// answered asks the root of the victim, and waits for the reply.
func (r *raw) answered(ctx context.Context) bool {
	if err := r.send(r.own, frame{typ: frameCall, method: 1, id: lastCall, body: callBody(0)}); err != nil {
		return false
	}
	select {
	case <-r.last:
		return true
	case <-r.session.Done():
	case <-ctx.Done():
	}
	return false
}
