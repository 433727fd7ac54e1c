//go:build race

package directtransport

// writeBoth writes one after the other: the race detector is told of the order that bytes
// bring by a connection's Write, but not by its writing of several buffers at once.
func (w *linkWriter) writeBoth(buf, body []byte) (int, error) {
	n, err := w.link.Write(buf)
	if err != nil {
		return n, err
	}
	m, err := w.link.Write(body)
	return n + m, err
}
