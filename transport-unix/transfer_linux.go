package unixtransport

import "syscall"

// A transfer moves bytes in one direction of a socket, straight between the
// caller's memory and the kernel. One goroutine at a time may use it.
type transfer struct {
	raw  syscall.RawConn
	head []byte // what is sent before p
	p    []byte
	n    int // of both
	err  syscall.Errno
	both vector
	once func(fd uintptr) bool // an attempt, as a value that is made only once
}

// newReceiver returns a transfer whose run reads.
func newReceiver(raw syscall.RawConn) *transfer {
	t := &transfer{raw: raw}
	t.once = t.receive
	return t
}

// newSender returns a transfer whose run writes.
func newSender(raw syscall.RawConn) *transfer {
	t := &transfer{raw: raw}
	t.once = t.send
	return t
}

// receive reads what there is, and reports false if that is nothing. It does not
// rely on the socket's own flag not to block: who passed the socket has kept a
// copy of it, perhaps, and with it the power over that flag.
func (t *transfer) receive(fd uintptr) bool {
	for {
		n, err := recv(fd, t.p)
		acquire()
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return false
		}
		t.n, t.err = n, err
		return true
	}
}

// send writes all of head and p, and reports false while there is no room.
func (t *transfer) send(fd uintptr) bool {
	for {
		release()
		var n int
		var err syscall.Errno
		if t.n < len(t.head) {
			n, err = t.both.send(fd, t.head[t.n:], t.p)
		} else {
			n, err = send(fd, t.p[t.n-len(t.head):])
		}
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return false
		}
		t.n += n
		t.err = err
		if err != 0 || t.n == len(t.head)+len(t.p) {
			return true
		}
	}
}

// read fills p as far as there are bytes, and waits for the first. err is the
// socket's, and waiting says why the waiting for it ended.
func (t *transfer) read(p []byte) (n int, err syscall.Errno, waiting error) {
	t.p, t.n, t.err = p, 0, 0
	waiting = t.raw.Read(t.once)
	t.p = nil
	return t.n, t.err, waiting
}

// write is like read, and writes all of head and p.
func (t *transfer) write(head, p []byte) (n int, err syscall.Errno, waiting error) {
	t.head, t.p, t.n, t.err = head, p, 0, 0
	waiting = t.raw.Write(t.once)
	t.head, t.p = nil, nil
	return t.n, t.err, waiting
}
