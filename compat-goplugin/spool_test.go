package goplugin

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

func TestSpoolKeepsTheEndForALateHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		s := newSpool(r)
		// Nobody takes it, and still the writer is never held up.
		for range 3 * spoolLimit / 1024 {
			if _, err := io.WriteString(w, strings.Repeat("old ", 256)); err != nil {
				t.Fatal(err)
			}
		}
		io.WriteString(w, "the end")
		w.Close()
		synctest.Wait()
		var got strings.Builder
		err := s.each(t.Context(), func(p []byte) error {
			got.Write(p)
			return nil
		})
		if err != nil || got.Len() != spoolLimit || !strings.HasSuffix(got.String(), "the end") {
			t.Errorf("got %d bytes, %v", got.Len(), err)
		}
	})
}

func TestSpoolHoldsUpThePluginWhereTheHostIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		s := newSpool(r)
		ctx, cancel := context.WithCancel(t.Context())
		gate := make(chan struct{})
		taken := 0
		ended := make(chan error)
		go func() {
			ended <- s.each(ctx, func(p []byte) error {
				<-gate
				taken += len(p)
				return nil
			})
		}()
		synctest.Wait() // until then nobody takes anything
		wrote := make(chan int)
		go func() {
			n, _ := io.WriteString(w, strings.Repeat("x", 2*spoolLimit))
			wrote <- n
		}()
		synctest.Wait()
		select {
		case <-wrote:
			t.Error("the writer was not held up")
		default:
		}
		close(gate)
		if n := <-wrote; n != 2*spoolLimit {
			t.Errorf("wrote %d", n)
		}
		synctest.Wait()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) || taken != 2*spoolLimit {
			t.Errorf("took %d, %v", taken, err)
		}
		w.Close()
	})
}

func TestSpoolEndsWithAFailingHost(t *testing.T) {
	s := newSpool(strings.NewReader("text"))
	broken := errors.New("broken")
	if err := s.each(t.Context(), func([]byte) error { return broken }); err != broken {
		t.Errorf("got %v", err)
	}
	if err := newSpool(nil).each(t.Context(), nil); err != nil {
		t.Errorf("an output that is nil: %v", err)
	}
}
