package unixtransport

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"github.com/tenon-dev/tenon/core/transport"
)

// limitFiles lets this process have only descriptors below limit, all of which
// below full are taken, until the function that it returns is called.
func limitFiles(t *testing.T, limit, full int) (restore func()) {
	t.Helper()
	var was syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was))
	var taken []int
	for {
		fd, err := syscall.Dup(0)
		must(t, err)
		if fd >= full {
			syscall.Close(fd)
			break
		}
		taken = append(taken, fd)
	}
	now := was
	now.Cur = uint64(limit)
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &now))
	restore = sync.OnceFunc(func() {
		must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was))
		for _, fd := range taken {
			syscall.Close(fd)
		}
	})
	t.Cleanup(restore)
	return restore
}

// highest returns the highest descriptor that is open.
func highest(t *testing.T) int {
	t.Helper()
	most := 0
	for fd := range descriptors(t) {
		n, err := strconv.Atoi(fd)
		must(t, err)
		most = max(most, n)
	}
	return most
}

func wantLimit(t *testing.T, what string, err error, names string) {
	t.Helper()
	var limit *LimitError
	if !errors.As(err, &limit) || !strings.Contains(err.Error(), names) {
		t.Errorf("%s: the error is %v, want a LimitError that names %q", what, err, names)
	}
}

// TestNoDescriptorToOpen has no descriptor free for a pair, and for half of one.
func TestNoDescriptorToOpen(t *testing.T) {
	for free := range 2 {
		before := descriptors(t)
		t.Run("", func(t *testing.T) {
			host, plugin := sessionPair(t, transport.Config{})
			near, far := connect(t, host, plugin)
			top := highest(t) + 1
			restore := limitFiles(t, top+free, top)
			for range 3 {
				_, err := host.Open(context.Background())
				wantLimit(t, "Open", err, "RLIMIT_NOFILE")
				if !errors.Is(err, syscall.EMFILE) {
					t.Errorf("%v does not match EMFILE", err)
				}
			}
			restore()
			unharmed(t, host, plugin, near, far)
		})
		wantNoneLeft(t, before)
	}
}

// TestNoDescriptorToAccept has none free for what the peer passes.
func TestNoDescriptorToAccept(t *testing.T) {
	before := descriptors(t)
	t.Run("", func(t *testing.T) {
		host, plugin := sessionPair(t, transport.Config{MaxStreams: 2})
		near, far := connect(t, host, plugin)
		for range 5 {
			st := mustOpen(t, host)
			restore := limitFiles(t, st.far, st.far) // which is free again once it is passed
			st.Write([]byte("x"))                    // may be faster than the peer's answer
			_, err := st.Read(make([]byte, 1))
			restore()
			wantLimit(t, "Read", err, "the peer has no descriptor free")
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%v does not match net.ErrClosed", err)
			}
			_, err = st.Write([]byte("x"))
			wantLimit(t, "Write", err, "the peer has no descriptor free")
			st.Close()
		}
		unharmed(t, host, plugin, near, far)
	})
	wantNoneLeft(t, before)
}

// unharmed wants an old stream to work, and a new one.
func unharmed(t *testing.T, host, plugin *session, near, far *stream) {
	t.Helper()
	mustWrite(t, far, []byte("still"))
	if got := string(mustRead(t, near, 5)); got != "still" {
		t.Errorf("read %q", got)
	}
	connect(t, host, plugin)
}

// TestTooManyUnderWay passes descriptors to a peer that does not read them, in a
// thread that has no capability to exceed the limit.
func TestTooManyUnderWay(t *testing.T) {
	before := descriptors(t)
	t.Run("", func(t *testing.T) {
		s, peer := newRawPeer(t, transport.Config{Side: transport.Host, MaxStreams: 1000})
		// Room for more of them on the link than descriptors may be under way.
		must(t, s.raw.Control(func(fd uintptr) { setBuffer(int(fd), 4<<20) }))
		mustWrite(t, mustOpen(t, s), []byte("x"))
		var reached int
		done := make(chan error)
		top := highest(t) + 1
		restore := limitFiles(t, top+12, top)
		go func() {
			runtime.LockOSThread() // for good: the thread ends with this goroutine
			if err := dropCapabilities(); err != nil {
				done <- err
				return
			}
			for reached = range 900 {
				st, err := s.Open(context.Background())
				if err == nil {
					_, err = st.Write([]byte("x"))
					st.Close()
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		err := <-done
		restore()
		wantLimit(t, "Write", err, "under way")
		if !errors.Is(err, syscall.ETOOMANYREFS) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("after %d streams: %v, want one that matches ETOOMANYREFS and net.ErrClosed", reached, err)
		}
		t.Logf("after %d streams: %v", reached, err)
		// As soon as the peer reads, there is room again.
		for n := range reached + 1 {
			syscall.Close(peer.expectOpen(uint64(n + 1)))
		}
		mustWrite(t, mustOpen(t, s), []byte("x"))
		select {
		case <-s.Done():
			t.Errorf("the session has ended: %v", s.Err())
		default:
		}
	})
	wantNoneLeft(t, before)
}

// dropCapabilities takes all effective capabilities from this thread.
func dropCapabilities() error {
	header := struct {
		version uint32
		pid     int32
	}{version: 0x20080522}
	var data [2]struct{ effective, permitted, inheritable uint32 }
	if _, _, err := syscall.RawSyscall(syscall.SYS_CAPGET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data)), 0); err != 0 {
		return err
	}
	data[0].effective, data[1].effective = 0, 0
	if _, _, err := syscall.RawSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data)), 0); err != 0 {
		return err
	}
	return nil
}

// TestLimitsAreNamed holds the errors that no test provokes.
func TestLimitsAreNamed(t *testing.T) {
	for errno, names := range map[syscall.Errno]string{
		syscall.ENFILE:  "fs.file-max",
		syscall.ENOBUFS: "no memory",
		syscall.ENOMEM:  "no memory",
	} {
		wantLimit(t, errno.Error(), limitError(errno), names)
	}
	if err := limitError(syscall.EACCES); !errors.Is(err, syscall.EACCES) || errors.As(err, new(*LimitError)) {
		t.Errorf("another error is %v", err)
	}
}
