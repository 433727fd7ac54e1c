package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
)

const (
	// callWithin is the deadline of every call of the load, and lateBy how much later
	// it may return on a machine that does other things too.
	callWithin = 10 * time.Second
	lateBy     = 5 * time.Second

	callersOfLoad = 4
	streamsOfLoad = 1
)

// A load makes calls whose answers can be checked, from several goroutines, until
// it is stopped or the plugin ends. It keeps what went wrong with the answers,
// and how the calls failed.
type load struct {
	object *tenon.Object
	calls  atomic.Int64 // that were answered, and thousands of values that streams brought
	cancel context.CancelFunc
	wg     sync.WaitGroup

	// excuses says which errors of calls and of streams are as they should be: the
	// next call or stream must do. Nil: none are.
	excuses func(err error, stream bool) bool
	excused atomic.Int64

	mu      sync.Mutex
	wrong   error   // an answer that is not right, or a call that came back too late
	failed  []error // of each goroutine, how its calls failed
	running int
}

func startLoad(o *tenon.Object, seed uint64) *load {
	l := &load{object: o}
	l.start(seed, streamsOfLoad)
	return l
}

func (l *load) start(seed uint64, streams int) {
	var ctx context.Context
	ctx, l.cancel = context.WithCancel(context.Background())
	l.running = callersOfLoad + streams
	for i := range uint64(callersOfLoad) {
		r := rand.New(rand.NewPCG(seed, i))
		l.wg.Go(func() { l.ended(ctx, l.call(ctx, i, r)) })
	}
	for i := range uint64(streams) {
		l.wg.Go(func() {
			err := l.stream(ctx, i)
			for l.isExcused(ctx, err, true) {
				err = l.stream(ctx, i)
			}
			l.ended(ctx, err)
		})
	}
}

// isExcused reports whether an error is as it should be.
func (l *load) isExcused(ctx context.Context, err error, stream bool) bool {
	if err == nil || ctx.Err() != nil || l.excuses == nil || !l.excuses(err, stream) {
		return false
	}
	l.excused.Add(1)
	return true
}

// call makes one call after the other and returns why one failed.
func (l *load) call(ctx context.Context, id uint64, r *rand.Rand) error {
	for seq := uint64(0); ctx.Err() == nil; seq++ {
		size := r.IntN(200)
		if r.IntN(50) == 0 {
			size = r.IntN(200_000)
		}
		sent := ticket{Caller: id, Seq: seq, Data: bytes.Repeat([]byte{byte(seq)}, size)}
		began := time.Now()
		bounded, cancel := context.WithTimeout(ctx, callWithin)
		got, err := methodEcho.Call(bounded, l.object, sent)
		cancel()
		if took := time.Since(began); took > callWithin+lateBy {
			l.isWrong(fmt.Errorf("a call with a deadline of %v returned after %v, with %v", callWithin, took, err))
		}
		if l.isExcused(ctx, err, false) {
			continue
		}
		if err != nil {
			return err
		}
		if got.Caller != sent.Caller || got.Seq != sent.Seq || !bytes.Equal(got.Data, sent.Data) {
			l.isWrong(fmt.Errorf("call %d of caller %d got the answer to call %d of caller %d, %d bytes for %d", seq, id, got.Seq, got.Caller, len(got.Data), size))
		}
		l.calls.Add(1)
	}
	return nil
}

// stream draws from a stream without end and returns why it ended.
func (l *load) stream(ctx context.Context, id uint64) error {
	from := id << 32
	next := from
	for got, err := range methodCount.Call(ctx, l.object, ticket{Caller: id, Seq: from}) {
		if err != nil {
			return err
		}
		if got != next {
			l.isWrong(fmt.Errorf("a stream brought %d, where %d was due", got, next))
		}
		if next++; next%1000 == 0 { // the calls want the machine too
			l.calls.Add(1)
			time.Sleep(time.Millisecond)
		}
	}
	if ctx.Err() == nil {
		l.isWrong(errors.New("a stream without end has ended cleanly"))
	}
	return nil
}

func (l *load) isWrong(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wrong == nil {
		l.wrong = err
	}
}

func (l *load) ended(ctx context.Context, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	if err != nil && ctx.Err() == nil {
		l.failed = append(l.failed, err)
	}
}

// goesOn waits until so many more calls were answered.
func (l *load) goesOn(more int64) error {
	want := l.calls.Load() + more
	for deadline := time.Now().Add(callWithin + lateBy); l.calls.Load() < want; time.Sleep(time.Millisecond) {
		if err := l.broken(); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no %d calls were answered within %v", more, callWithin+lateBy)
		}
	}
	return l.broken()
}

// broken returns what went wrong in a load that nothing may happen to.
func (l *load) broken() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wrong != nil {
		return l.wrong
	}
	if len(l.failed) > 0 {
		return fmt.Errorf("a call failed that nothing was done to: %w", l.failed[0])
	}
	return nil
}

// crashed waits until all goroutines have failed, and wants each to have failed
// with the crash.
func (l *load) crashed() error {
	for deadline := time.Now().Add(callWithin + lateBy); ; time.Sleep(time.Millisecond) {
		l.mu.Lock()
		running, wrong, failed := l.running, l.wrong, l.failed
		l.mu.Unlock()
		switch {
		case wrong != nil:
			return wrong
		case running > 0 && time.Now().Before(deadline):
			continue
		case running > 0:
			return fmt.Errorf("%d goroutines still wait for a plugin that is gone", running)
		}
		for _, err := range failed {
			if crash := (*tenon.CrashError)(nil); !errors.As(err, &crash) {
				return fmt.Errorf("a call to a plugin that crashed failed with what is no crash: %w", err)
			}
		}
		if len(failed) != callersOfLoad+streamsOfLoad {
			return fmt.Errorf("%d of %d goroutines failed", len(failed), callersOfLoad+streamsOfLoad)
		}
		return nil
	}
}

// stop ends the load and waits for it.
func (l *load) stop() error {
	l.cancel()
	l.wg.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wrong
}
