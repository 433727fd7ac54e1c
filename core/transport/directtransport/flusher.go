package directtransport

// flush is the flusher: it writes the waiting bytes that nobody else writes. It
// ends when writing has failed, or when all is written after finish.
func (w *linkWriter) flush() {
	defer close(w.flushed)
	for range w.kick {
		w.mu.Lock()
		end := w.flushOnce()
		w.mu.Unlock()
		if end {
			return
		}
	}
}

// flushOnce writes until nothing waits or somebody else has the turn. It reports
// whether the flusher has nothing more to do for ever.
func (w *linkWriter) flushOnce() (end bool) {
	switch {
	case w.handed:
		w.handed = false
	case w.busy && w.err == nil:
		return false // who is busy takes the bytes with him
	default:
		w.busy = true
	}
	for more := w.err == nil; more && len(w.out) > 0; {
		buf := w.takeOut()
		if !w.inPlace {
			w.grant() // there is room again
		}
		more = w.send(buf, nil)
		if w.inPlace && len(w.queue) > 0 {
			break
		}
	}
	switch {
	case w.err != nil:
		end = true
	case w.closing && len(w.out) == 0:
		w.err = errSessionClosed
		end = true
	}
	if w.inPlace || end {
		w.release(false)
	} else {
		w.busy = false
	}
	return end
}

// finish lets what waits be written, then the goodbye, and refuses everything
// after it. The flusher ends once that is done.
func (w *linkWriter) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil || w.closing {
		return
	}
	w.closing = true
	w.out = appendHeader(w.out, header{typ: typeGoodbye})
	w.wakeQueue()
	wake(w.kick)
}

// abort ends all writing. The link has ended, or is about to.
func (w *linkWriter) abort(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail(err)
}

// credit tells the peer that n more bytes of s were read.
func (w *linkWriter) credit(s *stream, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.shut {
		return
	}
	var b [headerSize + creditBody]byte
	w.answer(appendCredit(b[:0], s.id, n))
}

// shut tells the peer that this side is done with s, if the peer knows of it,
// and stops a Write of s wherever it waits. Doing it again does nothing.
func (w *linkWriter) shut(s *stream) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.shut {
		return
	}
	s.shut = true
	if !s.mine || s.announced.Load() {
		var b [headerSize]byte
		w.answer(appendHeader(b[:0], header{typ: typeClose, stream: s.id}))
	}
	if w.holder == s && w.busy && !w.kicked {
		w.kicked = true
		w.link.SetWriteDeadline(longAgo)
	}
	wake(s.writable)
}

// refuse tells the peer that its stream is one too many.
func (w *linkWriter) refuse(id uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b [headerSize]byte
	w.answer(appendHeader(b[:0], header{typ: typeRefuse, stream: id}))
}

// answer adds a frame to the waiting bytes. It never waits, so that the link's
// reader may call it; a peer that makes it grow by not reading is given up.
func (w *linkWriter) answer(frame []byte) {
	if w.err != nil || w.closing {
		return
	}
	w.out = append(w.out, frame...)
	w.control += len(frame)
	if w.control > w.controlLimit {
		w.fail(errPeerStuck)
		return
	}
	if !w.busy {
		wake(w.kick)
	}
}
