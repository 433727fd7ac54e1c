package unixtransport

import (
	"errors"
	"sync"
	"syscall"
)

// An outbox sends frames on the link. Nobody waits in it for a peer that does not
// read the link: what the link has no room for is sent by a goroutine that lives
// as long as that is so.
type outbox struct {
	raw   syscall.RawConn
	limit int // of frames that wait, descriptors not counted

	attempt func(p parcel, fd uintptr) error // parcel.send, but for tests

	// failed is told why an OPEN that waited was not sent, if it is the only one.
	failed func(number uint64, err error)
	// broken is told once, perhaps under the lock, that the link takes no more.
	broken func(err error)

	mu       sync.Mutex
	queue    []parcel
	answers  int   // in queue, without a descriptor
	err      error // why nothing more is sent
	flushing bool  // and so what is put has to wait its turn
	idle     chan struct{}
	sending  sync.WaitGroup
}

// A parcel is a frame, and the descriptor that goes with it, which it owns.
type parcel struct {
	frame      frame
	descriptor int
}

func newOutbox(raw syscall.RawConn, limit int, failed func(uint64, error), broken func(error)) *outbox {
	return &outbox{raw: raw, limit: limit, attempt: parcel.send, failed: failed, broken: broken}
}

// put sends a frame, or lets it wait. It owns descriptor, whatever it returns.
func (o *outbox) put(f frame, descriptor int) error {
	p := parcel{f, descriptor}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		p.drop()
		return o.err
	}
	if !o.flushing {
		sent, err := o.try(p)
		if sent || err != nil {
			p.drop()
			return err
		}
		o.flushing, o.idle = true, make(chan struct{})
		o.sending.Go(o.flush)
	}
	if descriptor == noDescriptor {
		if o.answers >= o.limit {
			return errPeerStuck
		}
		o.answers++
	}
	o.queue = append(o.queue, p)
	return nil
}

// try sends p if there is room for it.
func (o *outbox) try(p parcel) (sent bool, err error) {
	var errno error
	err = o.raw.Write(func(fd uintptr) bool {
		errno = o.attempt(p, fd)
		return true
	})
	if err == nil {
		err = errno
	}
	switch {
	case err == nil:
		return true, nil
	case err == syscall.EAGAIN:
		return false, nil
	case !recoverable(err):
		o.fail(err)
	}
	return false, err
}

// fail remembers that the link takes no more.
func (o *outbox) fail(err error) {
	if o.err == nil {
		o.err = err
		o.broken(err)
	}
}

// flush sends what waits, in order, until nothing does.
func (o *outbox) flush() {
	for {
		p, ok := o.next()
		if !ok {
			return
		}
		var errno error
		err := o.raw.Write(func(fd uintptr) bool {
			errno = o.attempt(p, fd)
			return errno != syscall.EAGAIN
		})
		p.drop()
		if err == nil {
			err = errno
		}
		switch {
		case err == nil:
		case p.descriptor != noDescriptor && recoverable(err):
			o.failed(p.frame.number(), limitError(err))
		default:
			o.mu.Lock()
			o.fail(err)
			o.mu.Unlock()
		}
	}
}

// next takes the oldest parcel out of the queue, which is then flush's. It
// reports false when flush has nothing more to do.
func (o *outbox) next() (parcel, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil || len(o.queue) == 0 {
		o.flushing = false
		close(o.idle)
		return parcel{}, false
	}
	p := o.queue[0]
	o.queue = o.queue[1:]
	if p.descriptor == noDescriptor {
		o.answers--
	}
	return p, true
}

// waiting returns a channel that is closed once nothing waits, nil if nothing
// does.
func (o *outbox) waiting() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.flushing {
		return nil
	}
	return o.idle
}

// abort drops what waits, and lets put fail from now on. A flush that waits for
// room goes on until the link is closed.
func (o *outbox) abort(cause error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = cause
	}
	for _, p := range o.queue {
		p.drop()
	}
	o.queue = nil
}

// recoverable reports whether an error of sending is about one descriptor and
// not about the link.
func recoverable(err error) bool {
	return errors.Is(err, syscall.ETOOMANYREFS) || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM)
}

// send makes one attempt. A frame is so small that it is sent whole or not at
// all.
func (p parcel) send(fd uintptr) error {
	var rights []byte
	if p.descriptor != noDescriptor {
		rights = syscall.UnixRights(p.descriptor)
	}
	for {
		_, err := syscall.SendmsgN(int(fd), p.frame.append(nil), rights, nil, syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL)
		if err != syscall.EINTR {
			return err
		}
	}
}

// drop closes the descriptor.
func (p parcel) drop() {
	if p.descriptor != noDescriptor {
		syscall.Close(p.descriptor)
	}
}
