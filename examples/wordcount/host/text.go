package main

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"strings"
)

// chunkSize is how much text one call carries.
const chunkSize = 1 << 20

// chunks cuts text at blanks and line ends into pieces of about chunkSize. What
// ends the reading, other than the end of text, is stored in err.
func chunks(text io.Reader, err *error) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var rest []byte
		for {
			chunk := make([]byte, len(rest), len(rest)+chunkSize)
			copy(chunk, rest)
			n, readErr := io.ReadFull(text, chunk[len(rest):cap(chunk)])
			chunk = chunk[:len(rest)+n]
			rest = nil
			if readErr == nil {
				if cut := bytes.LastIndexAny(chunk, " \n"); cut >= 0 {
					rest, chunk = chunk[cut:], chunk[:cut]
				}
			} else if !errors.Is(readErr, io.EOF) && !errors.Is(readErr, io.ErrUnexpectedEOF) {
				*err = readErr
				return
			}
			if len(chunk) > 0 && !yield(chunk) || readErr != nil {
				return
			}
		}
	}
}

// madeUp returns a text of that many bytes, always the same: words that occur as
// often as words do in a language, few of them very often and many hardly ever.
func madeUp(size int64) io.Reader {
	random := rand.New(rand.NewPCG(1, 2))
	common := strings.Fields("the of and to in a is that it for was on are as with his they be at one have this from or had by")
	vocabulary := make([]string, 20_000)
	for i := range vocabulary {
		if i < len(common) {
			vocabulary[i] = common[i]
			continue
		}
		word := make([]byte, 3+random.IntN(8))
		for j := range word {
			word[j] = "etaoinshrdlucmfwypvbgkjqxz"[min(random.IntN(26), random.IntN(26))]
		}
		vocabulary[i] = string(word)
	}
	zipf := rand.NewZipf(random, 1.1, 2, uint64(len(vocabulary)-1))
	deck := make([]string, 1<<17) // drawing from it costs less than a new draw each time
	for i := range deck {
		deck[i] = vocabulary[zipf.Uint64()]
	}
	return io.LimitReader(&prose{deck: deck, random: random}, size)
}

// prose is an endless text.
type prose struct {
	deck   []string
	random *rand.Rand
	buf    []byte
	column int
}

func (p *prose) Read(b []byte) (int, error) {
	for len(p.buf) < len(b) {
		word := p.deck[p.random.Uint64()%uint64(len(p.deck))]
		p.buf = append(p.buf, word...)
		if p.column += len(word) + 1; p.column > 72 {
			p.column = 0
			p.buf = append(p.buf, '\n')
		} else {
			p.buf = append(p.buf, ' ')
		}
	}
	n := copy(b, p.buf)
	p.buf = append(p.buf[:0], p.buf[n:]...)
	return n, nil
}
