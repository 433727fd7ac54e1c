package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
)

// A report is what a victim says after an attack.
type report struct {
	Before, Peak int64  // its resident set, in bytes
	Said         string // its errors and its log
	Survived     bool   // the attacker's session still answers
	Others       string // what happened to others; "" for nothing
	Calls        int64  // of others
}

// playHost is the main function of a host with two plugins: a good one under load, and
// one that attacks. It prints its report.
func playHost() {
	r, err := hostUnderAttack(os.Getenv(attackEnv), os.Getenv(transportEnv))
	if err != nil {
		fmt.Fprintln(os.Stderr, "hostile:", err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		os.Exit(1)
	}
}

func hostUnderAttack(name, over string) (*report, error) {
	a, ok := attackNamed(name)
	if !ok {
		return nil, fmt.Errorf("there is no attack %q", name)
	}
	tr, err := transportNamed(over)
	if err != nil {
		return nil, err
	}
	said := &journal{}
	logger := slog.New(&plainHandler{said})
	shared := codecNamed(a.usesCodec())
	client := func(role string, change func(*tenon.ClientConfig)) *tenon.Client {
		cfg := tenon.ClientConfig{
			Cookie:     cookie,
			Launcher:   launch.Command(os.Args[0], launch.Setenv(roleEnv+"="+role, "GORACE=atexit_sleep_ms=0")),
			Transports: []transport.Transport{tr}, Codecs: []codec.Codec{shared}, Services: services(),
			Stop: tenon.StopPolicy{Drain: 100 * time.Millisecond, Exit: 100 * time.Millisecond, Terminate: 100 * time.Millisecond},
		}
		if change != nil {
			change(&cfg)
		}
		return tenon.NewClient(cfg)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	good := client("plugin", nil)
	defer good.Close()
	o, err := good.Dispense(ctx, "victim", nil)
	if err != nil {
		return nil, fmt.Errorf("start the good plugin: %w", err)
	}
	l := startLoad(ctx, o)
	if err := l.goesOn(1000); err != nil {
		return nil, err
	}
	r := &report{}
	if r.Before, err = settle(os.Getpid()); err != nil {
		return nil, err
	}
	bad := client("attacker", func(cfg *tenon.ClientConfig) {
		cfg.Logger, cfg.StartTimeout = logger, 5*time.Second
	})
	waiting := patience
	if a.hangs {
		waiting = attackTime
	}
	r.Survived = suffer(ctx, bad, said, waiting)
	others := l.goesOn(100)
	bad.Close()
	fmt.Fprintln(said, "the end:", bad.Err())
	r.Calls = l.calls.Load()
	if others = errors.Join(others, l.stop()); others != nil {
		r.Others = others.Error()
	}
	if _, r.Peak, err = resident(os.Getpid()); err != nil {
		return nil, err
	}
	r.Said = said.text()
	return r, nil
}

// settle gives back what is not used, and returns what is left.
func settle(pid int) (int64, error) {
	if pid == os.Getpid() {
		debug.FreeOSMemory()
	}
	if err := resetPeak(pid); err != nil {
		return 0, err
	}
	now, _, err := resident(pid)
	return now, err
}

const (
	suffering = 120              // calls at most
	patience  = 30 * time.Second // of one call
)

// suffer calls the attacker, notes what comes of it, and reports whether it is still
// answered at the end.
func suffer(ctx context.Context, bad *tenon.Client, said *journal, waiting time.Duration) (survived bool) {
	dispensing, cancel := context.WithTimeout(ctx, waiting)
	defer cancel()
	o, err := bad.Dispense(dispensing, "victim", nil)
	if err != nil {
		fmt.Fprintln(said, "dispense:", err)
		return false
	}
	limit := time.Now().Add(attackTime)
	for i := range uint64(suffering) {
		call, cancel := context.WithTimeout(ctx, waiting)
		err = echoed(call, o, i)
		cancel()
		if err != nil && !errors.Is(err, errWrong) {
			fmt.Fprintln(said, "call:", err)
		}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, tenon.Unavailable) {
			return false
		}
		if err == nil && time.Now().After(limit) {
			break
		}
	}
	return err == nil
}

// A plainHandler prints records as they are, as a careless program would.
type plainHandler struct{ w io.Writer }

// Enabled implements [slog.Handler]. What is said for debugging alone is not said.
func (*plainHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

// Handle implements [slog.Handler].
func (h *plainHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool { b.WriteString(" " + a.String()); return true })
	_, err := io.WriteString(h.w, b.String()+"\n")
	return err
}

// WithAttrs implements [slog.Handler].
func (h *plainHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements [slog.Handler].
func (h *plainHandler) WithGroup(string) slog.Handler { return h }

// A journal keeps the beginning and the end of what is written.
type journal struct {
	mu         sync.Mutex
	begin, end bytes.Buffer
}

const journalSize = 256 << 10

// Write implements [io.Writer].
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	short := p[:min(len(p), 4096)]
	if len(p) > len(short) { // a long line is known by its beginning and its end
		short = append(bytes.Clone(short), p[max(len(p)-1024, len(short)):]...)
	}
	switch {
	case j.begin.Len() < journalSize:
		j.begin.Write(short)
	default:
		if j.end.Len() > journalSize {
			j.end.Next(len(short))
		}
		j.end.Write(short)
	}
	return len(p), nil
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.begin.String() + j.end.String()
}
