package tenon

import (
	"context"
	"iter"
	"log/slog"
	"sync"
	"time"
)

// An EventKind says what happened to a plugin.
type EventKind uint8

// The kinds of events.
const (
	EventReady       EventKind = iota // a process serves; Info says which
	EventCrashed                      // a process ended by itself; Err is most often a [*CrashError]
	EventRestarting                   // the next process is started after Delay
	EventStartFailed                  // a restart failed, with Err; the next one comes after Delay, if there is one
	EventReplaced                     // a swap succeeded; Info says what the next process, which is ready then, takes the place of
	EventSilent                       // the process gives no sign of life
	EventSpeaking                     // it does so again
	EventStopped                      // the host stopped the plugin; the last event
	EventGivenUp                      // the plugin is gone for good, because of Err; the last event
)

// String returns the kind in lower case.
func (k EventKind) String() string {
	names := [...]string{"ready", "crashed", "restarting", "start failed", "replaced", "silent", "speaking", "stopped", "given up"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// An Event is something that happened to a plugin.
type Event struct {
	Kind   EventKind
	Time   time.Time
	Info   Info          // of the process that it happened to; of the last one where there is none
	Err    error         // why; nil where there is nothing to explain
	Delay  time.Duration // until the next start
	Missed int           // how many events before this one were dropped, since nobody took them
}

// Events returns what happens to the plugin from now on, in order. The sequence
// ends after the last event, [EventStopped] or [EventGivenUp], or with ctx. A
// consumer that is slow holds up nothing: past a few hundred events the oldest are
// dropped, and counted in Event.Missed. Leaving the loop ends the subscription; a
// sequence that is not ranged over at all holds one until ctx ends.
func (c *Client) Events(ctx context.Context) iter.Seq[Event] {
	s := c.events.subscribe()
	stop := context.AfterFunc(ctx, func() { c.events.leave(s) })
	return func(yield func(Event) bool) {
		defer c.events.leave(s)
		defer stop()
		for {
			e, ok, over := c.events.take(s)
			switch {
			case ok:
				if !yield(e) {
					return
				}
				continue
			case over:
				return
			}
			select {
			case <-s.wake:
			case <-ctx.Done():
				return
			}
		}
	}
}

// keptEvents is how many events wait for a subscriber.
const keptEvents = 256

// events are the subscriptions to what happens.
type events struct {
	mu          sync.Mutex
	subscribers map[*subscription]struct{}
	over        bool
	unlogged    []Event
}

type subscription struct {
	queue  []Event
	missed int
	wake   chan struct{} // gets a value when something was queued
}

func (e *events) subscribe() *subscription {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &subscription{wake: make(chan struct{}, 1)}
	if e.subscribers == nil {
		e.subscribers = map[*subscription]struct{}{}
	}
	e.subscribers[s] = struct{}{}
	return s
}

func (e *events) leave(s *subscription) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.subscribers, s)
}

// take returns the oldest event that waits; over means that no more will come.
func (e *events) take(s *subscription) (ev Event, ok, over bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(s.queue) == 0 {
		_, in := e.subscribers[s]
		return Event{}, false, e.over || !in
	}
	ev, s.queue = s.queue[0], s.queue[1:]
	ev.Missed, s.missed = s.missed, 0
	return ev, true, false
}

func (e *events) publish(ev Event, last bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = e.over || last
	for s := range e.subscribers {
		if len(s.queue) == keptEvents {
			s.queue = s.queue[1:]
			s.missed++
		}
		s.queue = append(s.queue, ev)
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	e.unlogged = append(e.unlogged, ev)
}

// toLog returns what the log was not told yet.
func (e *events) toLog() []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.unlogged
	e.unlogged = nil
	return all
}

// tell lets subscribers know, and the log with the next unlock. Called with life.mu
// held, so that all see the same order.
func (c *Client) tell(e Event) {
	e.Time = time.Now()
	c.events.publish(e, e.Kind == EventStopped || e.Kind == EventGivenUp)
}

// unlock unlocks life.mu where something may have been told. The log is told
// without it: a handler may well ask the client something.
func (c *Client) unlock() {
	c.life.mu.Unlock()
	for _, e := range c.events.toLog() {
		args := []any{"plugin", e.Info.Path}
		if e.Info.Generation > 1 {
			args = append(args, "generation", e.Info.Generation)
		}
		if e.Err != nil {
			args = append(args, "error", e.Err)
		}
		if e.Delay > 0 {
			args = append(args, "delay", e.Delay)
		}
		level, text := e.words()
		c.cfg.Logger.Log(context.Background(), level, text, args...)
	}
}

// words says an event in the log.
func (e Event) words() (slog.Level, string) {
	switch e.Kind {
	case EventReady:
		return slog.LevelDebug, "the plugin is ready"
	case EventCrashed:
		return slog.LevelError, "the plugin crashed"
	case EventRestarting:
		return slog.LevelWarn, "the plugin is restarted"
	case EventStartFailed:
		return slog.LevelError, "the plugin does not start again"
	case EventReplaced:
		return slog.LevelInfo, "another process takes the plugin's place"
	case EventSilent:
		return slog.LevelError, "the plugin gives no sign of life"
	case EventSpeaking:
		return slog.LevelInfo, "the plugin speaks again"
	case EventStopped:
		return slog.LevelDebug, "the plugin was stopped"
	}
	if _, often := e.Err.(*RestartError); !often { // the crash says it all
		return slog.LevelDebug, "the plugin is not restarted"
	}
	return slog.LevelError, "the plugin is given up"
}

// tellEnd tells that the client has ended, once. Called with life.mu held.
func (c *Client) tellEnd() {
	l := &c.life
	switch {
	case l.told || l.state != Stopped && l.state != Crashed:
		return
	case l.state == Stopped:
		c.tell(Event{Kind: EventStopped, Info: l.info})
	default:
		c.tell(Event{Kind: EventGivenUp, Info: l.info, Err: l.err})
	}
	l.told = true
}
