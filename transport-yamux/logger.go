package yamuxtransport

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
)

// logger passes on what the library has to say, which is about frames and never
// a matter for the user: at level Debug, whatever level the library chose. It
// keeps the last line, since that is the only place where the library says why it
// ended a session.
type logger struct {
	to   *slog.Logger
	last atomic.Pointer[string]
}

// Print is one of the three methods that the library may call.
func (l *logger) Print(v ...any) { l.say(fmt.Sprint(v...)) }

// Printf is the second one.
func (l *logger) Printf(format string, v ...any) {
	l.say(fmt.Sprintf(format, v...))
}

// Println is the third one.
func (l *logger) Println(v ...any) { l.say(fmt.Sprintln(v...)) }

func (l *logger) say(text string) {
	text = strings.TrimSpace(text)
	l.last.Store(&text)
	l.to.Log(context.Background(), slog.LevelDebug, text)
}

// reason returns the last line without the marks that the library puts before it.
func (l *logger) reason() string {
	text := l.last.Load()
	if text == nil {
		return "no reason is known"
	}
	_, reason, ok := strings.Cut(*text, "yamux: ")
	if !ok {
		return *text
	}
	return reason
}
