package logline

import "bytes"

// A Splitter cuts a stream into lines. A line that is longer than the limit comes in
// parts. It is for one goroutine.
type Splitter struct {
	max  int
	each func(part []byte, whole, last bool)
	buf  []byte
	cont bool // what comes next continues a line
}

// NewSplitter returns a Splitter that calls each for every line, without its end, and
// for the parts of lines of more than max bytes. whole says that part is a line, last
// that a line ends with it. part is valid during the call only.
func NewSplitter(max int, each func(part []byte, whole, last bool)) *Splitter {
	return &Splitter{max: max, each: each}
}

// Write takes the next bytes of the stream. It never fails.
func (s *Splitter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i >= 0 && len(s.buf)+i <= s.max {
			line := p[:i]
			if len(s.buf) > 0 {
				s.buf = append(s.buf, line...)
				line = s.buf
			}
			s.end(line)
			p = p[i+1:]
			continue
		}
		room := min(s.max-len(s.buf), len(p))
		s.buf = append(s.buf, p[:room]...)
		p = p[room:]
		if len(s.buf) == s.max && len(p) > 0 {
			s.each(s.buf, false, false)
			s.buf, s.cont = s.buf[:0], true
		}
	}
	return n, nil
}

// Flush passes on what is left when the stream has ended without a line's end.
func (s *Splitter) Flush() {
	if len(s.buf) > 0 || s.cont {
		s.end(s.buf)
	}
}

func (s *Splitter) end(line []byte) {
	s.each(bytes.TrimSuffix(line, []byte("\r")), !s.cont, true)
	s.buf, s.cont = s.buf[:0], false
}
