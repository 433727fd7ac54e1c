package meet

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestEitherSideMayComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1024, func(v int) { t.Errorf("%d was discarded", v) })
		defer p.Close()
		p.Put(1, 10)
		p.Put(1, 11)
		for _, want := range []int{10, 11} {
			if v, err := p.Take(t.Context(), 1); v != want || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		}
		got := make(chan int)
		go func() {
			v, err := p.Take(context.Background(), 2)
			if err != nil {
				t.Error(err)
			}
			got <- v
		}()
		time.Sleep(Wait - time.Second)
		p.Put(2, 20)
		if v := <-got; v != 20 {
			t.Errorf("got %d", v)
		}
		time.Sleep(2 * Wait)
	})
}

func TestNobodyWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var discarded []int
		p := New(1024, func(v int) { discarded = append(discarded, v) })
		began := time.Now()
		if _, err := p.Take(t.Context(), 1); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != Wait {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		p.Put(1, 10)
		time.Sleep(Wait + time.Second)
		synctest.Wait()
		if len(discarded) != 1 || len(p.values) != 0 || p.total != 0 {
			t.Errorf("discarded %v, kept %d", discarded, p.total)
		}
		done := make(chan error)
		go func() { _, err := p.Take(context.Background(), 2); done <- err }()
		synctest.Wait()
		p.Close()
		p.Close()
		if err := <-done; !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if _, err := p.Take(t.Context(), 1); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// TestTakeAtTheLastMoment has what go-plugin's broker died of: a value is taken in
// the instant in which it expires, and two values have one number.
func TestTakeAtTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		out, in := 0, 0
		count := func(int) { mu.Lock(); out++; mu.Unlock() }
		p := New(1024, count)
		var wg sync.WaitGroup
		for id := range uint32(100) {
			p.Put(id, 1)
			p.Put(id, 2)
			in += 2
			wg.Add(1)
			go func() {
				defer wg.Done()
				timer := time.NewTimer(Wait)
				<-timer.C
				if _, err := p.Take(context.Background(), id); err == nil {
					count(0)
				}
			}()
		}
		wg.Wait()
		p.Close()
		synctest.Wait()
		if out != in {
			t.Errorf("%d values were put, %d came out", in, out)
		}
	})
}

func TestCapacity(t *testing.T) {
	discarded := 0
	const capacity = 100
	p := New(capacity, func(int) { discarded++ })
	for id := range uint32(capacity + 10) {
		p.Put(id, 0)
	}
	if discarded != 10 || p.total != capacity {
		t.Errorf("%d discarded, %d kept", discarded, p.total)
	}
	p.Close()
	if discarded != capacity+10 {
		t.Errorf("%d discarded in the end", discarded)
	}
	p.Put(1, 1)
	if discarded != capacity+11 {
		t.Error("a value was kept after Close")
	}
}
