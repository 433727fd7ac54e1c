package directtransport

import "io"

const (
	readBuffer = 64 << 10

	// directRead is from how many missing bytes of a body on it is worth reading
	// them straight to where they belong.
	directRead = 8 << 10

	// lookahead is how much is read in advance while frames are large: enough for
	// a header and some small frames, and little to copy.
	lookahead = 4 << 10

	// maxEmptyReads is how often a link may return neither bytes nor an error
	// before the session gives it up.
	maxEmptyReads = 100
)

// linkReader buffers the reading side of a link.
type linkReader struct {
	link io.Reader
	buf  []byte
	r, w int
	bulk bool // the last frame was a large one
}

func newLinkReader(link io.Reader) *linkReader {
	return &linkReader{link: link, buf: make([]byte, readBuffer)}
}

// header reads the next header.
func (l *linkReader) header() (header, error) {
	for l.w-l.r < headerSize {
		if err := l.fill(); err != nil {
			return header{}, readError(err, l.w > l.r)
		}
	}
	h, err := parseHeader([headerSize]byte(l.buf[l.r:]))
	l.r += headerSize
	l.bulk = h.length >= 2*directRead
	return h, err
}

// uint32 reads the body of a CREDIT.
func (l *linkReader) uint32() (uint32, error) {
	for l.w-l.r < 4 {
		if err := l.fill(); err != nil {
			return 0, readError(err, true)
		}
	}
	b := l.buf[l.r:]
	l.r += 4
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]), nil
}

// body passes the n bytes of a body to s.
func (l *linkReader) body(s *stream, n int) error {
	for n > 0 {
		if k := min(n, l.w-l.r); k > 0 {
			s.deliver(l.buf[l.r:l.r+k], n-k)
			l.r += k
			n -= k
			continue
		}
		var err error
		if c := s.reserve(n); c != nil {
			var k int
			k, err = l.link.Read(c.buf[c.w:min(len(c.buf), c.w+n)])
			s.commit(c, k)
			n -= k
			if k > 0 {
				continue // an error that came with bytes comes again
			}
		}
		if err == nil {
			err = l.fill()
		}
		if err != nil {
			return readError(err, true)
		}
	}
	return nil
}

// fill reads more bytes of the link into the buffer.
func (l *linkReader) fill() error {
	if l.r == l.w {
		l.r, l.w = 0, 0
	} else if len(l.buf)-l.r < headerSize {
		l.w = copy(l.buf, l.buf[l.r:l.w])
		l.r = 0
	}
	end := len(l.buf)
	if l.bulk {
		end = min(end, l.w+lookahead)
	}
	for range maxEmptyReads {
		n, err := l.link.Read(l.buf[l.w:end])
		l.w += n
		if n > 0 {
			return nil // an error that came with bytes comes again
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}
