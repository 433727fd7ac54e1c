package unixtransport

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// rawPeer is the other end of a session's link, without a session.
type rawPeer struct {
	t    *testing.T
	link *net.UnixConn
}

// newRawPeer returns a session of side and its peer.
func newRawPeer(t *testing.T, cfg transport.Config) (*session, *rawPeer) {
	t.Helper()
	a, b := socketLink(t)
	b.SetDeadline(time.Now().Add(patience))
	return newSession(t, a, cfg), &rawPeer{t, b}
}

// send writes bytes, with descriptors beside the first of them.
func (p *rawPeer) send(data []byte, descriptors ...int) {
	p.t.Helper()
	var beside []byte
	if len(descriptors) > 0 {
		beside = syscall.UnixRights(descriptors...)
	}
	if _, _, err := p.link.WriteMsgUnix(data, beside, nil); err != nil {
		p.t.Fatalf("write to the session: %v", err)
	}
}

// open opens a stream as a peer does, and returns its own end, which is closed at
// the end of the test.
func (p *rawPeer) open(number uint64) int {
	p.t.Helper()
	near, far := pair(p.t)
	p.t.Cleanup(func() { syscall.Close(near) })
	p.send(frames(newFrame(kindOpen, number)), far)
	syscall.Close(far)
	return near
}

// expect reads frames from the session, and compares.
func (p *rawPeer) expect(what string, want ...frame) {
	p.t.Helper()
	for _, f := range want {
		got := make([]byte, frameSize)
		if _, err := io.ReadFull(p.link, got); err != nil {
			p.t.Fatalf("%s: %v, want %v %d", what, err, f.kind(), f.number())
		}
		if g := frame(binary.BigEndian.Uint64(got)); g != f {
			p.t.Fatalf("%s: the session sent %v %d, want %v %d", what, g.kind(), g.number(), f.kind(), f.number())
		}
	}
}

// expectOpen reads an OPEN, and returns the descriptor, which is the caller's.
func (p *rawPeer) expectOpen(number uint64) int {
	p.t.Helper()
	data, beside := make([]byte, frameSize), make([]byte, 64)
	n, m, _, _, err := p.link.ReadMsgUnix(data, beside)
	if err != nil || n != frameSize || frame(binary.BigEndian.Uint64(data)) != newFrame(kindOpen, number) {
		p.t.Fatalf("the session sent % x (%v), want OPEN %d", data[:n], err, number)
	}
	fds, err := passed(beside[:m])
	if err != nil || len(fds) != 1 {
		p.t.Fatalf("OPEN came with the descriptors %v (%v), want one", fds, err)
	}
	return fds[0]
}

// pair returns the ends of a pair, which block.
func pair(t *testing.T) (a, b int) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		tv := syscall.NsecToTimeval(patience.Nanoseconds())
		syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &tv)
	}
	return fds[0], fds[1]
}

// descriptors returns what this process has open.
func descriptors(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	open := make(map[string]string)
	for _, e := range entries {
		if name, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && !strings.HasSuffix(name, "/fd") {
			open[e.Name()] = name
		}
	}
	return open
}

// wantNoneLeft fails if there are descriptors that were not there before.
func wantNoneLeft(t *testing.T, before map[string]string) {
	t.Helper()
	var left []string
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		left = nil
		for fd, name := range descriptors(t) {
			if before[fd] != name {
				left = append(left, fmt.Sprintf("%s (%s)", fd, name))
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			break
		}
	}
	if len(left) > 0 {
		slices.Sort(left)
		t.Errorf("descriptors were left open: %s", strings.Join(left, ", "))
	}
}
