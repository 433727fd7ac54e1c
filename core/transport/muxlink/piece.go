package muxlink

import "sync"

// pieceSizes are those of the pieces of an inbox. A stream that is read as it arrives has
// one of the size of what arrives; one that is not gets larger ones, so that bytes that
// come one by one take no more memory than others.
var pieceSizes = [...]int{1 << 10, 4 << 10, 16 << 10, 64 << 10}

// pieces are kept for all sessions, by size.
var pieces [len(pieceSizes)]sync.Pool

// A piece is a part of what an inbox holds.
type piece struct {
	next       *piece
	size       int // its place in pieceSizes
	buf        []byte
	start, end int // what of buf is there and unread
}

// newPiece returns one for n bytes, or some of them, that is larger than the one before
// it, nil for none.
func newPiece(n int, before *piece) *piece {
	size := 0
	if before != nil {
		size = min(before.size+1, len(pieceSizes)-1)
	}
	for size < len(pieceSizes)-1 && pieceSizes[size] < n {
		size++
	}
	if x, ok := pieces[size].Get().(*piece); ok {
		return x
	}
	return &piece{size: size, buf: make([]byte, pieceSizes[size])}
}

// recycle keeps a piece for the next ones. Nobody uses it any more.
func (x *piece) recycle() {
	x.next, x.start, x.end = nil, 0, 0
	pieces[x.size].Put(x)
}

func (x *piece) full() bool     { return x.end == len(x.buf) }
func (x *piece) free() []byte   { return x.buf[x.end:] }
func (x *piece) unread() []byte { return x.buf[x.start:x.end] }
