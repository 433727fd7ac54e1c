package rpc

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// A flow is a stream of its own beside the lanes: for the messages of a streaming
// call, for a reader, a writer, or a connection. The side that passes the flow on
// in a table of references opens the stream; the other one waits for it.
//
// Each direction that is used ends with END, cleanly or with an error; what ends
// without it was cut. A receiver that reads no more says STOP, and why. That of a
// writer answers END with its own when all was taken. The stream is closed when both
// directions are over, or at once when the flow is broken.
type flow struct {
	peer    *Peer
	id      uint64
	opened  bool          // by this side
	arrived chan struct{} // closed when stream, w and r stand, or err does
	untold  string        // the method that is called as a streaming one, where the peer does not say that it is
	called  chan struct{} // of a streaming call of this side: closed when that is being sent, or has ended; else nil
	stream  transport.Stream
	w       writer
	r       *reader

	sizes sizeHint // of the values that are sent
	head  []byte   // of the one that is being sent, where its bytes are not copied

	receive sync.Mutex // held while reading: one reader at a time

	mu      sync.Mutex
	err     error // why the flow is over, for both directions
	closed  bool
	both    bool  // it has two directions
	sentEnd bool  // this side's direction is over
	endErr  error // the peer's direction is over: io.EOF when cleanly

	answers  bool // this side's direction has nothing but END, which says how what came was taken
	answered bool // the same of the peer's

	stopped bool  // the peer reads no more
	stopErr error // why, where it says
	quiet   bool  // this side waited for the peer since it wrote last: the peer may wait for what it writes next
	awaits  bool  // this side waits for the peer in this moment, while it may write as well
	detach  func() bool

	unread atomic.Int64 // what is reserved until somebody begins to read
}

// flowBound is how many bytes of a flow may wait to be written: a few large
// messages, so that they leave together. More would only add to what the
// transport's own flow control lets through.
const flowBound = 192 << 10

// direction says which directions of a flow this side uses.
type direction byte

const (
	sends direction = 1 << iota
	receives
	answers  // beside receives: and says with END that all was taken, or why not
	answered // beside sends: and is told that
)

// use says which directions this side uses; the other ones are over. It is called
// before anything else.
func (f *flow) use(d direction) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers, f.answered = d&answers != 0, d&answered != 0
	f.both = d&sends != 0 && d&receives != 0
	f.sentEnd = d&(sends|answers) == 0
	if d&(receives|answered) == 0 {
		f.endErr = io.EOF
	}
}

// attach gives the flow its stream.
func (f *flow) attach(stream transport.Stream) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		stream.Close()
		return
	}
	f.stream = stream
	// Who writes next is told that a write failed, and finds out why.
	f.w = writer{stream: stream, fail: func(error) {}, budget: &f.peer.budget, ordered: true, bound: flowBound}
	f.r = newReaderSize(stream, f.peer.cfg.Limits, &f.peer.budget, flowBuffer)
	f.r.flow = true
	close(f.arrived)
}

// bind ends the flow with ctx.
func (f *flow) bind(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		// Where ctx ends because the session does, that is the reason to give: it
		// follows, and ends every flow.
		if !f.peer.Ending() {
			f.abort(ctxError(ctx, "the stream"))
		}
	})
	f.mu.Lock()
	f.detach = stop
	over := f.closed
	f.mu.Unlock()
	if over {
		stop()
	}
}

// unbind lets the flow outlive its context.
func (f *flow) unbind() {
	f.mu.Lock()
	detach := f.detach
	f.detach = nil
	f.mu.Unlock()
	if detach != nil {
		detach()
	}
}

// send sends a frame whose body m holds, and takes m over. It waits while the
// peer does not read and the buffers are full, until the flow is over.
func (f *flow) send(t frameType, m *buffer) error {
	if err := f.maySend(); err != nil {
		m.free()
		return err
	}
	if _, err := f.w.send(context.Background(), header{typ: t}, m, f.turn()); err != nil {
		if t == frameChunk && f.mayReceive() {
			return f.cutOff(err)
		}
		return f.why(err)
	}
	return nil
}

// mayReceive reports whether something of the peer's that is not only an answer may
// have arrived, or may still come.
func (f *flow) mayReceive() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.endErr == nil && f.err == nil && !f.answered
}

// cutOff returns why bytes cannot be sent any more, as why does, and leaves the other
// direction as it is: a peer that has closed its end may have said something before.
func (f *flow) cutOff(err error) error {
	timer := time.NewTimer(linkEndGrace)
	defer timer.Stop()
	select {
	case <-f.peer.failed:
		<-f.peer.done
		return f.peer.leaving()
	case <-timer.C:
		return f.cutError(err)
	}
}

// turn says who writes what is sent next. Messages are left to the writer's
// goroutine, so that many of them leave in one write, unless the peer may wait for
// this very one.
func (f *flow) turn() flushing {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.quiet && !f.awaits { // who sends beside a reader does not take turns with the peer
		f.quiet = false
		return flushSelf
	}
	return flushOther
}

// maySend waits for the stream, and says why nothing can be sent on it.
func (f *flow) maySend() error {
	if err := f.wait(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.stopped:
		return f.stoppedError()
	case f.sentEnd:
		return Errorf(FailedPrecondition, "a write after the end of the stream: %w", io.ErrClosedPipe)
	}
	return nil
}

func (f *flow) stoppedError() *Error {
	if e := (*Error)(nil); errors.As(f.stopErr, &e) {
		stopped := *e
		stopped.causes = append(slices.Clip(e.causes), ErrStopped)
		return &stopped
	}
	return Errorf(Canceled, "the %v reads no more of this stream: %w", f.peer.cfg.Side.Peer(), ErrStopped)
}

// ErrStopped is in the error of a sender whose receiver has stopped reading.
var ErrStopped = errors.New("the receiver has stopped")

// end ends this side's direction: cleanly with nil, else with err. Calling it
// again does nothing.
func (f *flow) end(err error, registered Errors) {
	if f.wait() != nil {
		return
	}
	f.mu.Lock()
	again := f.sentEnd
	f.sentEnd = true
	f.mu.Unlock()
	if again {
		return
	}
	h := header{typ: frameEnd}
	var body []byte
	if err != nil {
		h.flags = flagError
		body = appendError(nil, err, registered)
	}
	f.w.sendFrame(h, body, false)
	f.settle()
}

// next returns the next MESSAGE or CHUNK of the peer; io.EOF at a clean end.
func (f *flow) next() (message, error) { return f.nextInto(target{}) }

// nextInto is next for a value that may go to t at once.
func (f *flow) nextInto(t target) (message, error) {
	if err := f.wait(); err != nil && f.over() == nil {
		return message{}, err
	}
	f.receive.Lock()
	defer f.receive.Unlock()
	for {
		if err := f.over(); err != nil {
			return message{}, err
		}
		waited := f.hush()
		f.r.target = t
		msg, err := f.read()
		f.r.target = target{}
		if waited {
			f.unhush()
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded): // of a connection: it reads on later
			return message{}, err
		default:
			return message{}, f.why(unexpected(err))
		}
		switch msg.typ {
		case frameMessage, frameChunk:
			return msg, nil
		case frameEnd:
			f.ended(msg)
		case frameStop:
			f.peerStopped(msg)
		}
		f.peer.release(&msg)
	}
}

// read returns the next frame. One that the protocol does not allow ends the session.
// Called with f.receive held.
func (f *flow) read() (message, error) {
	f.begun()
	msg, err := f.r.next()
	if err != nil { // what As is given would be allocated for each message
		if v := (*ProtocolError)(nil); errors.As(err, &v) {
			f.peer.fail(err)
		}
	}
	return msg, err
}

// over returns why there is no more to read, or nil.
func (f *flow) over() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.endErr != nil {
		return f.endErr
	}
	return f.err
}

// hush notes that this side is about to wait for the peer, unless there is
// something to read already, and reports which. unhush follows where it is so.
// Called with f.receive held.
func (f *flow) hush() bool {
	if f.r.br.buffered() > 0 {
		return false
	}
	f.mu.Lock()
	f.quiet, f.awaits = true, true
	f.mu.Unlock()
	return true
}

func (f *flow) unhush() {
	f.mu.Lock()
	f.awaits = false
	f.mu.Unlock()
}

// ended notes the end of the peer's direction.
func (f *flow) ended(msg message) {
	var err error = io.EOF
	if msg.flags&flagError != 0 {
		err = parseError(msg.body, f.peer.cfg.Errors)
	}
	f.mu.Lock()
	if f.endErr == nil {
		f.endErr = err
	}
	f.mu.Unlock()
	f.settle()
}

func (f *flow) peerStopped(msg message) {
	var why error
	if msg.flags&flagError != 0 {
		why = parseError(msg.body, f.peer.cfg.Errors)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.stopped {
		f.stopped, f.stopErr = true, why
	}
}

// sendOver ends this side's direction without a word: the call that the flow
// belongs to is over, and the peer reads no more.
func (f *flow) sendOver() {
	f.mu.Lock()
	f.sentEnd = true
	f.mu.Unlock()
	f.settle()
}

// why returns the reason why a flow broke: the one that was noted first, the end
// of the session where that is the reason, else err.
func (f *flow) why(err error) error {
	f.mu.Lock()
	noted := f.err
	f.mu.Unlock()
	if noted != nil {
		return noted
	}
	timer := time.NewTimer(linkEndGrace)
	defer timer.Stop()
	select {
	case <-f.peer.failed:
		<-f.peer.done
		err = f.peer.leaving()
	case <-timer.C:
		stopped := f.readStop()
		if err = f.cutError(err); stopped {
			err = f.stoppedError()
		}
	}
	f.abort(err)
	return f.err
}

// readStop reads what is left of a flow that this side only sends on, and
// reports whether the peer said STOP.
func (f *flow) readStop() bool {
	f.mu.Lock()
	sendsOnly, stopped := f.endErr != nil || f.answered, f.stopped
	f.mu.Unlock()
	if stopped || !sendsOnly || f.stream == nil || !f.receive.TryLock() {
		return stopped
	}
	defer f.receive.Unlock()
	f.stream.SetReadDeadline(time.Now().Add(linkEndGrace))
	for {
		msg, err := f.read()
		if err != nil {
			return false
		}
		if msg.typ == frameStop {
			f.peerStopped(msg)
			stopped = true
		}
		if f.peer.release(&msg); stopped {
			return true
		}
	}
}

// linkEndGrace is how long a flow that broke waits to learn that the whole
// session did.
const linkEndGrace = 20 * time.Millisecond

// settle closes the stream when both directions are over and all was written.
func (f *flow) settle() {
	f.mu.Lock()
	over := f.sentEnd && f.endErr != nil && !f.closed
	f.mu.Unlock()
	if over {
		f.w.whenIdle(func() { f.abort(errFlowOver) })
	}
}

var errFlowOver = Errorf(FailedPrecondition, "the stream is over: %w", io.ErrClosedPipe)

// abort closes the flow at once, because of err. Only the first call has an
// effect. It does not wait.
func (f *flow) abort(err error) {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return
	}
	f.closed = true
	if f.err = err; f.stream == nil {
		close(f.arrived)
	}
	stream, detach := f.stream, f.detach
	f.mu.Unlock()
	if detach != nil {
		detach()
	}
	if stream == nil {
		f.peer.flows.forget(f)
		return
	}
	stream.Close()
	f.peer.later(func() {
		f.w.close(err)
		f.peer.flows.forget(f)
	})
}
