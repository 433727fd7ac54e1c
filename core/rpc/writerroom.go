package rpc

import "context"

// hasRoom reports whether senders need not wait.
func (w *writer) hasRoom() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.full()
}

// below waits until less than most says waits to leave, of what is not small.
func (w *writer) below(ctx context.Context, most func() int64) {
	if w.held.Load() < most() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.err == nil && w.held.Load() >= most() {
		if w.waitForWrite(ctx) != nil {
			return
		}
	}
}

// waitForWrite is waitForRoom where nobody may have begun to write. Called with w.mu
// held.
func (w *writer) waitForWrite(ctx context.Context) error {
	if !w.writing { // what is queued waits for its flush
		w.writing = true
		w.handOver()
	}
	return w.waitForRoom(ctx)
}

// waitForRoom waits until something was written, or nobody writes any more. Called with
// w.mu held, which it releases meanwhile.
func (w *writer) waitForRoom(ctx context.Context) error {
	if w.room == nil {
		w.room = make(chan struct{})
	}
	room := w.room
	w.mu.Unlock()
	defer w.mu.Lock()
	select {
	case <-room:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hold counts n bytes more that have not left.
func (w *writer) hold(n int) {
	w.held.Add(int64(n))
	if w.budget != nil {
		w.budget.waiting.Add(int64(n))
	}
}

// drop gives back what a long message holds that has left, or never will. Called with
// w.mu held.
func (w *writer) drop(out *outgoing) {
	w.hold(-len(out.m.body()))
	out.m.free()
	out.m = nil
}
