package directtransport

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// pipePair returns two sessions over a link in memory.
func pipePair(t *testing.T, cfg transport.Config) (host, plugin *session) {
	a, b := net.Pipe()
	cfg = cfg.WithDefaults()
	host = startSession(a, cfg)
	cfg.Side = transport.Plugin
	plugin = startSession(b, cfg)
	return host, plugin
}

// TestBubble runs a session where time stands still unless everybody waits.
// That it ends proves that all goroutines of both sessions do.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, plugin := pipePair(t, transport.Config{})
		a, b := connect(t, host, plugin)
		start := time.Now()
		b.SetReadDeadline(start.Add(time.Hour))
		if _, err := b.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Hour {
			t.Fatalf("Read ended with %v after %v, want its deadline after an hour", err, time.Since(start))
		}
		b.SetReadDeadline(time.Time{})
		go func() {
			time.Sleep(time.Minute)
			a.Write([]byte("late"))
		}()
		if got := mustRead(t, b, 4); string(got) != "late" || time.Since(start) != time.Hour+time.Minute {
			t.Fatalf("read %q after %v", got, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := plugin.Accept(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Accept: %v", err)
		}
		host.Close()
		if _, err := b.Read(make([]byte, 1)); err != io.EOF {
			t.Fatalf("Read after the peer's Close: %v", err)
		}
		plugin.Close()
	})
}

// TestOpenWaitsForTheLastBytes has an Open that waits until the peer's user has
// read a stream that was closed here.
func TestOpenWaitsForTheLastBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, plugin := pipePair(t, transport.Config{MaxStreams: 1})
		defer host.Close()
		defer plugin.Close()
		a, b := connect(t, host, plugin)
		if _, err := a.Write([]byte("last words")); err != nil {
			t.Fatal(err)
		}
		if _, err := host.Open(t.Context()); !errors.Is(err, transport.ErrTooManyStreams) {
			t.Fatalf("Open with one stream of one open: %v", err)
		}
		a.Close()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := host.Open(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Open while the peer has not read the stream before: %v", err)
		}
		opened := make(chan error, 1)
		go func() {
			_, err := host.Open(t.Context())
			opened <- err
		}()
		synctest.Wait()
		select {
		case err := <-opened:
			t.Fatalf("Open did not wait: %v", err)
		default:
		}
		mustRead(t, b, len("last words"))
		if err := <-opened; err != nil {
			t.Fatal(err)
		}
	})
}

// TestCloseToAPeerThatStandsStill wants Close to give up on its goodbye.
func TestCloseToAPeerThatStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		s := startSession(a, transport.Config{}.WithDefaults())
		st := mustOpen(t, s)
		done := make(chan error, 1)
		go func() {
			var err error
			for err == nil {
				_, err = st.Write(make([]byte, maxBody))
			}
			done <- err
		}()
		synctest.Wait()
		other := mustOpen(t, s)
		start := time.Now()
		closed := make(chan time.Duration, 1)
		go func() {
			s.Close()
			closed <- time.Since(start)
		}()
		synctest.Wait()
		_, err := other.Write([]byte("behind the goodbye"))
		if took := time.Since(start); took != 0 || !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write beside Close returned %v after %v, want net.ErrClosed at once", err, took)
		}
		if took := <-closed; took != lastWords {
			t.Errorf("Close took %v, want %v", took, lastWords)
		}
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Errorf("the waiting Write says %v, want net.ErrClosed", err)
		}
	})
}

// TestGoodbyeIsBehindEverything closes a session right after writing.
func TestGoodbyeIsBehindEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, plugin := pipePair(t, transport.Config{})
		a, b := connect(t, host, plugin)
		for range 10 {
			if _, err := a.Write([]byte("0123456789")); err != nil {
				t.Fatal(err)
			}
		}
		a.Close()
		host.Close()
		if got, err := io.ReadAll(b); len(got) != 100 || err != nil {
			t.Errorf("read %d bytes and the error %v, want all 100", len(got), err)
		}
		if err := mustEnd(t, plugin); !errors.Is(err, errGoodbye) {
			t.Errorf("Err is %v, want %v", err, errGoodbye)
		}
		plugin.Close()
	})
}

// TestOneSignalForTwo has two callers wait where one signal stands for two
// events, as happens when both come before the first waiting caller runs.
func TestOneSignalForTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, plugin := pipePair(t, transport.Config{MaxStreams: 2})
		defer host.Close()
		defer plugin.Close()
		results := make(chan error, 4)
		for range 2 {
			go func() {
				_, err := plugin.Accept(t.Context())
				results <- err
			}()
		}
		synctest.Wait()
		plugin.mu.Lock()
		plugin.backlog = append(plugin.backlog, newStream(plugin, 1, false), newStream(plugin, 3, false))
		plugin.mu.Unlock()
		wake(plugin.acceptable)

		host.mu.Lock()
		host.table.mine = 2
		host.mu.Unlock()
		for range 2 {
			go func() {
				_, err := host.Open(t.Context())
				results <- err
			}()
		}
		synctest.Wait()
		host.mu.Lock()
		host.table.mine = 0
		host.mu.Unlock()
		wake(host.free)
		synctest.Wait()
		for range 4 {
			select {
			case err := <-results:
				if err != nil {
					t.Error(err)
				}
			default:
				t.Fatal("a caller still waits")
			}
		}
	})
}
