package launch_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/tenon-dev/tenon/core/launch"
)

func TestTailKeepsTheEnd(t *testing.T) {
	tail := launch.NewTail(10)
	for i := range 200 {
		fmt.Fprintf(tail, "%d,", i)
	}
	if got := tail.Text(); got != "7,198,199," {
		t.Errorf("%q", got)
	}
	io.WriteString(tail, strings.Repeat("x", 1000)+"0123456789")
	if got := tail.Text(); got != "0123456789" {
		t.Errorf("%q", got)
	}
	if got := tail.Panic(); got != "" {
		t.Errorf("%q", got)
	}
}

func TestTailFindsTheCrash(t *testing.T) {
	const (
		crash    = "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:3 +0x1\nexit status 2\n"
		overflow = "runtime: goroutine stack exceeds 1000000000-byte limit\nruntime: sp=0xc020 stack=[0xc0, 0xe0]\nfatal error: stack overflow\n\nruntime stack:\n"
	)
	tests := []struct{ name, in, want string }{
		{"none", "all is well\nno panic: here\n", ""},
		{"panic", "starting\n" + crash, crash},
		{"stack overflow", "starting\n" + overflow, overflow},
		{"signal", "x\nSIGSEGV: segmentation violation\nPC=0x0 m=0\n", "SIGSEGV: segmentation violation\nPC=0x0 m=0\n"},
		{"nested", "panic: a\n\tpanic: b\n\ngoroutine 1\n", "panic: a\n\tpanic: b\n\ngoroutine 1\n"},
		{"word in vain", "panic: recovered, no harm done\nworking\n" + crash, crash},
		{"runtime's word in vain", "runtime: hint\nworking\n" + overflow, overflow},
		{"signal that was no crash", "SIGHUP: reading the configuration again\n" + crash, crash},
		{"line of the runtime in a dump", "fatal error: x\n\nruntime: g 1: unexpected return pc\nmore\n", "fatal error: x\n\nruntime: g 1: unexpected return pc\nmore\n"},
		{"no end", "panic: cut off", "panic: cut off\n"},
		{"not a signal", "SIGNED: by me\nSIG: x\nSIGn: y\n", "SIGNED: by me\nSIG: x\nSIGn: y\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for step := 1; step <= len(tt.in); step += 7 {
				tail := launch.NewTail(0)
				for rest := tt.in; rest != ""; {
					n := min(step, len(rest))
					io.WriteString(tail, rest[:n])
					tail.Panic() // looking changes nothing
					rest = rest[n:]
				}
				if got := tail.Panic(); got != tt.want {
					t.Fatalf("in steps of %d: got %q, want %q", step, got, tt.want)
				}
			}
		})
	}
}

func TestTailKeepsTheBeginningOfALongDump(t *testing.T) {
	tail := launch.NewTail(0)
	io.WriteString(tail, "panic: "+strings.Repeat("long ", 1<<20)+"\n\ngoroutine 1 [running]:\n")
	for i := range 100000 {
		fmt.Fprintf(tail, "main.f(%d)\n", i)
	}
	got := tail.Panic()
	if len(got) != launch.PanicTextLimit || !strings.HasPrefix(got, "panic: long ") || !strings.Contains(got, "goroutine 1 [running]:\nmain.f(0)\n") {
		t.Errorf("%d bytes: %.60q", len(got), got)
	}
	if got := tail.Text(); len(got) != launch.DefaultTailSize || !strings.HasSuffix(got, "main.f(99999)\n") {
		t.Errorf("%d bytes", len(got))
	}
}

func TestTailConcurrentSafe(t *testing.T) {
	tail := launch.NewTail(100)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				io.WriteString(tail, "panic: x\nsome text")
				tail.Text()
				tail.Panic()
			}
		})
	}
	wg.Wait()
}

func FuzzTail(f *testing.F) {
	f.Add("panic: x\nruntime: y\nfatal error: z\n", uint8(3), uint8(5))
	f.Fuzz(func(t *testing.T, text string, size, step uint8) {
		whole, parts := launch.NewTail(int(size)+1), launch.NewTail(int(size)+1)
		io.WriteString(whole, text)
		for rest := text; rest != ""; {
			n := min(int(step)+1, len(rest))
			io.WriteString(parts, rest[:n])
			rest = rest[n:]
		}
		want := text[max(0, len(text)-int(size)-1):]
		if whole.Text() != want || parts.Text() != want {
			t.Errorf("Text: %q and %q, want %q", whole.Text(), parts.Text(), want)
		}
		if whole.Panic() != parts.Panic() {
			t.Errorf("Panic: %q in one write, %q in many", whole.Panic(), parts.Panic())
		}
		if len(whole.Panic()) > launch.PanicTextLimit {
			t.Error("too long")
		}
	})
}
