//go:build !race

package directtransport

// writeBoth writes buf and body with one system call where that works.
func (w *linkWriter) writeBoth(buf, body []byte) (int, error) {
	w.vec = [2][]byte{buf, body}
	w.bufs = w.vec[:]
	n, err := w.bufs.WriteTo(w.link)
	w.vec = [2][]byte{} // keeps nothing of body
	return int(n), err
}
