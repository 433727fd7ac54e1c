package codectest

import (
	"bytes"

	"github.com/tenon-dev/tenon/core/codec"
)

func bytesAreFramed(s *suite) {
	framer, ok := s.codec.(codec.ByteFramer)
	if !ok {
		return
	}
	for _, n := range []int{0, 1, 23, 24, 255, 256, 65_535, 65_536, 100_000} {
		value := bytes.Repeat([]byte{'b'}, n)
		prefix := []byte("before")
		head := framer.AppendBytesHead(prefix, n)
		if !bytes.HasPrefix(head, prefix) {
			s.report("%d bytes: AppendBytesHead made %q of %q", n, head, prefix)
			continue
		}
		head = head[len(prefix):]
		if len(head) > codec.MaxBytesHead {
			s.report("%d bytes: a head of %d bytes, where %d are the most", n, len(head), codec.MaxBytesHead)
		}
		want, err := framer.Append(nil, &value)
		if err != nil {
			s.report("%d bytes: Append: %v", n, err)
			continue
		}
		if got := append(bytes.Clone(head), value...); !bytes.Equal(got, want) {
			s.report("%d bytes: the head % x and the bytes are not what Append makes of them, which begins with % x", n, head, want[:min(len(want), len(head)+1)])
		}
		for _, seen := range [][]byte{want, want[:min(len(want), codec.MaxBytesHead)]} {
			if h, size, ok := framer.BytesHead(seen); !ok || h != len(head) || size != n {
				s.report("%d bytes: BytesHead of the first %d of %d is %d, %d, %t", n, len(seen), len(want), h, size, ok)
			}
		}
		for i := range head {
			if err := guard(func() error { framer.BytesHead(head[:i]); return nil }); err != nil {
				s.report("%d bytes: BytesHead of the first %d bytes: %v", n, i, err)
			}
		}
	}
	for _, sample := range s.samples {
		s.bytesHeadIsRight(framer, sample)
	}
}

// bytesHeadIsRight wants whatever BytesHead takes for a slice of bytes to be decoded as that.
func (s *suite) bytesHeadIsRight(framer codec.ByteFramer, sample Sample) {
	b, ok := s.encode(framer, sample.Name, sample.Value)
	if !ok {
		return
	}
	head, n, ok := framer.BytesHead(b)
	if !ok || head+n != len(b) {
		return
	}
	var got []byte
	if err := framer.Decode(b, &got); err != nil || !bytes.Equal(got, b[head:]) {
		s.report("%s: BytesHead says that it is %d bytes, and Decode of them: %v", sample.Name, n, err)
	}
}
