package unixtransport

import (
	"context"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"

	"github.com/tenon-dev/tenon/core/transport"
)

// FuzzSession has a peer that follows a program: frames in any order, with descriptors of
// any kind and number beside them, pieces of frames, and what can be done with the streams
// that it opened. The session's user does all that a user does. The session must end once
// the link has ended, keep to its limits, and leave no descriptor open.
func FuzzSession(f *testing.F) {
	f.Add([]byte{0, 0, 0, 5, 9, 0, 6, 0, 0, 1, 0, 0, 5, 200, 1}) // streams that are used
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 2, 2, 1})   // more than there may be
	f.Add([]byte{2, 2, 1, 2, 3, 1})                              // answers to what this side opened
	f.Add([]byte{0, 3, 0})                                       // a pipe
	f.Add([]byte{0, 4, 0})                                       // a socket that is not connected
	f.Add([]byte{0, 5, 0})                                       // a socket of packets
	f.Add([]byte{3, 2, 1})                                       // two descriptors
	f.Add([]byte{7, 0, 3, 5, 4, 0, 7, 0, 7})                     // frames that are cut up
	f.Add([]byte{4, 1, 0})                                       // the beginning of one
	f.Add([]byte{0, 0, 0, 2, 5, 0, 0, 0, 0})                     // a goodbye, and more
	f.Fuzz(func(t *testing.T, program []byte) {
		before := descriptors(t)
		a, b := socketLink(t)
		s := newSession(t, a, transport.Config{Side: transport.Plugin, MaxStreams: 3})
		var wg sync.WaitGroup
		wg.Go(func() { drainLink(b.ReadMsgUnix) })
		for range 2 {
			wg.Go(func() {
				st, err := s.Open(context.Background())
				if err != nil {
					return
				}
				st.Write([]byte("a few bytes"))
				io.Copy(io.Discard, st)
				st.Close()
			})
		}
		wg.Go(func() { useStreams(s, &wg) })
		p := &programmedPeer{t: t, write: b.WriteMsgUnix}
		p.run(program)
		b.Close()
		for _, fd := range p.near {
			syscall.Close(fd)
		}
		mustEnd(t, s)
		wg.Wait()
		if s.Err() == nil {
			t.Error("the session has ended, and Err says nothing")
		}
		s.mu.Lock()
		if n := &s.table; n.theirs < 0 || n.theirs > s.max || n.inUse < 0 || n.counted < 0 || n.counted > s.max {
			t.Errorf("the table is out of its limits: %+v", n)
		}
		s.mu.Unlock()
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		wantNoneLeft(t, before)
	})
}

// drainLink reads what a session sends, and closes what comes with it, until the link ends.
func drainLink[Addr any](read func(b, beside []byte) (n, besideN, flags int, addr Addr, err error)) {
	data, beside := make([]byte, readBuffer), make([]byte, 256)
	for {
		n, m, _, _, err := read(data, beside)
		fds, _ := passed(beside[:m])
		for _, fd := range fds {
			syscall.Close(fd)
		}
		if err != nil || n == 0 {
			return
		}
	}
}

// useStreams reads some streams to their end, answers some, and closes some.
func useStreams(s *session, wg *sync.WaitGroup) {
	for n := 0; ; n++ {
		st, err := s.Accept(context.Background())
		if err != nil {
			return
		}
		wg.Go(func() {
			switch n % 3 {
			case 0:
				io.Copy(io.Discard, st)
			case 1:
				io.CopyN(st, st, 100)
			}
			st.Close()
		})
	}
}

// programmedPeer is a peer that does what a program says.
type programmedPeer struct {
	t      *testing.T
	write  func(data, beside []byte, addr *net.UnixAddr) (n, besideN int, err error)
	number uint64
	near   []int // its ends of streams
}

// longestProgram is how many steps are taken: what comes later finds the session as it is
// after fewer.
const longestProgram = 64

// run takes the steps of a program, of three bytes each.
func (p *programmedPeer) run(program []byte) {
	for n := 0; len(program) >= 3 && n < longestProgram; n++ {
		what, x, y := program[0]%8, program[1], program[2]
		program = program[3:]
		switch what {
		case 0, 1:
			p.number++
			p.send(frames(newFrame(kindOpen, p.number)), p.descriptor(x))
		case 2:
			p.send(frames(newFrame(kind(x%7), uint64(y))))
		case 3:
			var fds []int
			for range x % 4 {
				fds = append(fds, p.descriptor(y))
			}
			p.send(frames(newFrame(kind(x%7), uint64(y))), fds...)
		case 4:
			p.send([]byte{x, y})
		case 5:
			if len(p.near) > 0 {
				syscall.Sendto(p.near[int(y)%len(p.near)], make([]byte, int(x)+1), syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, nil)
			}
		case 6:
			if len(p.near) > 0 {
				i := int(y) % len(p.near)
				syscall.Close(p.near[i])
				p.near = append(p.near[:i], p.near[i+1:]...)
			}
		case 7:
			p.number++
			data := frames(newFrame(kindOpen, p.number))
			cut := 1 + int(y)%(frameSize-1)
			p.send(data[:cut], p.descriptor(x))
			p.send(data[cut:])
		}
	}
}

// send writes bytes with descriptors beside them, which it closes. The session may have
// ended.
func (p *programmedPeer) send(data []byte, fds ...int) {
	var beside []byte
	if len(fds) > 0 {
		beside = syscall.UnixRights(fds...)
	}
	p.write(data, beside, nil)
	for _, fd := range fds {
		syscall.Close(fd)
	}
}

// descriptor makes something to pass: most often an end of a pair, of which the peer keeps
// the other one.
func (p *programmedPeer) descriptor(what byte) int {
	p.t.Helper()
	fds := [2]int{-1, -1}
	var err error
	switch what % 6 {
	case 3:
		err = syscall.Pipe2(fds[:], syscall.O_CLOEXEC)
	case 4:
		fds[0], err = syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	case 5:
		fds, err = syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	default:
		fds, err = syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	if fds[1] >= 0 {
		p.near = append(p.near, fds[1])
	}
	return fds[0]
}
