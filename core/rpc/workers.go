package rpc

import "sync"

// workers runs tasks on goroutines that are parked in between, so that a stack
// which once grew under a codec is used again. Their number is not bounded here:
// the limits on calls are.
type workers struct {
	mu     sync.Mutex
	idle   []*worker // the last one to park is the first to be used, while its stack is warm
	closed bool
	joined sync.WaitGroup
}

type worker struct {
	tasks chan task
}

// A task is what a worker runs.
type task interface {
	run()
}

// parked is how many workers are kept without work.
const parked = 64

// do runs t on a worker of its own, at once. After close it runs nothing and
// returns false.
func (p *workers) do(t task) bool {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return false
	}
	var w *worker
	if n := len(p.idle); n > 0 {
		w = p.idle[n-1]
		p.idle = p.idle[:n-1]
	} else {
		w = &worker{tasks: make(chan task, 1)}
		p.joined.Add(1)
		go p.work(w)
	}
	p.mu.Unlock()
	w.tasks <- t // never waits: an idle worker's channel is empty
	return true
}

func (p *workers) work(w *worker) {
	defer p.joined.Done()
	for t := range w.tasks {
		t.run()
		p.mu.Lock()
		if p.closed || len(p.idle) >= parked {
			p.mu.Unlock()
			return
		}
		p.idle = append(p.idle, w)
		p.mu.Unlock()
	}
}

// close lets the running tasks end, starts no more, and does not wait; wait does.
func (p *workers) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, w := range p.idle {
		close(w.tasks)
	}
	p.idle = nil
}

// wait waits for every worker to end.
func (p *workers) wait() { p.joined.Wait() }
