package rpc

import "io"

// duplex is, on the other side, what can be read and written. Unlike a connection
// it tells a clean end from a broken one.
type duplex struct {
	byteReader
	byteWriter
}

var (
	_ io.ReadWriteCloser = (*duplex)(nil)
	_ io.WriterTo        = (*duplex)(nil)
	_ io.ReaderFrom      = (*duplex)(nil)
)

func newDuplex(f *flow, registered Errors) *duplex {
	return &duplex{byteReader: byteReader{f: f}, byteWriter: byteWriter{f: f, registered: registered}}
}

// Close ends what is written, cleanly, and stops what is read.
func (d *duplex) Close() error {
	d.byteWriter.Close()
	return d.byteReader.Close()
}

// CloseWrite ends what is written, cleanly; what the other side still sends can be
// read.
func (d *duplex) CloseWrite() error { return d.byteWriter.Close() }
