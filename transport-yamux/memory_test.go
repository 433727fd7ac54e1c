package yamuxtransport

import (
	"io"
	"testing"

	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// What happened before a write is seen after the read of its bytes; the race detector
// has to know.
func TestMemoryOrder(t *testing.T) {
	for _, link := range transporttest.Links() {
		near, far := streamPair(t, link)
		said := ""
		written := make(chan error, 1)
		go func() {
			said = "before the write"
			_, err := far.Write(make([]byte, 32<<10))
			written <- err
		}()
		if _, err := io.ReadFull(near, make([]byte, 32<<10)); err != nil {
			t.Fatal(err)
		}
		if said != "before the write" { // a race, unless the detector knows of the order
			t.Errorf("%s: it said %q", link.Name, said)
		}
		if err := <-written; err != nil {
			t.Error(err)
		}
	}
}
