package rpc

import (
	"io"
	"sync"
)

// duplex is, on the other side, what can be read and written. Unlike a connection
// it tells a clean end from a broken one.
type duplex struct {
	byteReader
	byteWriter
	once sync.Once
}

var (
	_ io.ReadWriteCloser = (*duplex)(nil)
	_ io.WriterTo        = (*duplex)(nil)
	_ io.ReaderFrom      = (*duplex)(nil)
)

func newDuplex(f *flow, registered Errors) *duplex {
	return &duplex{byteReader: byteReader{f: f}, byteWriter: byteWriter{f: f, registered: registered}}
}

// Close ends what is written, cleanly, and stops what is read. What still comes is read
// on and thrown away: who writes it may stand still for that, and not take what was
// written here before.
func (d *duplex) Close() error {
	d.byteWriter.Close()
	err := d.byteReader.Close()
	d.once.Do(func() { d.byteReader.f.peer.later(d.byteReader.f.watch) })
	return err
}

// CloseWrite ends what is written, cleanly; what the other side still sends can be
// read.
func (d *duplex) CloseWrite() error { return d.byteWriter.Close() }
