package rpc

import "io"

// stop says that this side reads no more, of a flow that it only receives.
func (f *flow) stop() { f.stopBecause(nil, nil) }

// stopBecause is stop with a reason that is the sender's to know, nil for none. Of a
// flow whose receiver answers it is the answer, also where the sender has said END.
func (f *flow) stopBecause(why error, registered Errors) {
	f.mu.Lock()
	stream, over := f.stream, f.endErr != nil || f.closed
	unanswered := f.answers && !f.sentEnd
	if f.endErr == nil {
		f.endErr = Errorf(Canceled, "a read after the stream was closed here: %w", io.ErrClosedPipe)
		if f.answered { // nobody waits for it any more, and all was said that this side had to
			f.endErr = io.EOF
		}
	}
	if !over && unanswered {
		f.sentEnd = true
	}
	answered := f.answered
	f.mu.Unlock()
	switch {
	case stream == nil:
		f.abort(errFlowOver)
	case over && unanswered:
		f.end(why, registered)
	case over:
	case answered:
		f.settle() // there is nothing to stop
	default:
		h := header{typ: frameStop}
		var body []byte
		if why != nil {
			h.flags = flagError
			body = appendError(nil, why, registered)
		}
		f.w.sendFrame(h, body, false)
		f.settle()
	}
}

// answer waits until the peer has taken all that this side sent, and returns its
// error; nil at once where the kind of value has no answer. A peer that neither
// answers nor closes the stream is waited for until the flow ends otherwise.
func (f *flow) answer() error {
	f.mu.Lock()
	answered := f.answered
	f.mu.Unlock()
	if !answered {
		return nil
	}
	f.wait() // its error is in over
	f.receive.Lock()
	defer f.receive.Unlock()
	for {
		if err := f.over(); isEnd(err) {
			return nil
		} else if err != nil {
			return err
		}
		msg, err := f.read()
		if err != nil {
			return f.why(unexpected(err))
		}
		switch msg.typ {
		case frameEnd:
			f.ended(msg)
		case frameStop:
			f.peerStopped(msg)
			f.abort(f.stoppedError())
		}
		f.peer.release(&msg)
	}
}

// watch reads a flow that this side only sends on, so that a STOP is seen also
// while a write waits. It runs until the flow is over, or what was sent is answered.
func (f *flow) watch() {
	if f.wait() != nil {
		return
	}
	f.receive.Lock()
	defer f.receive.Unlock()
	for {
		msg, err := f.read()
		if err != nil {
			f.why(unexpected(err))
			return
		}
		over := msg.typ == frameStop
		switch msg.typ {
		case frameStop:
			f.peerStopped(msg)
			f.abort(f.stoppedError())
		case frameEnd:
			if over = f.answered; over {
				f.ended(msg)
			}
		}
		if f.peer.release(&msg); over {
			return
		}
	}
}
