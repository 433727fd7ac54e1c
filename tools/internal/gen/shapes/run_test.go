package shapes

import (
	"fmt"
	"testing"
	"time"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	gobcodec "github.com/tenon-dev/tenon/codec-gob"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/tenontest"
)

var codecs = []codec.Codec{jsoncodec.New(), cborcodec.New(), gobcodec.New()}

// overEach runs a test of one service over each codec, through the whole stack, and
// holds that nothing of it stays behind.
func overEach(t *testing.T, service *tenon.Service, run func(t *testing.T, client *tenon.Client)) {
	t.Helper()
	for _, c := range codecs {
		t.Run(c.Name(), func(t *testing.T) {
			client := tenontest.Serve(t, tenon.Services{"it": service}, only(c))
			run(t, client)
			nothingLeft(t, client)
		})
	}
}

// only makes both sides speak one codec.
func only(c codec.Codec) tenontest.Option {
	return func(host *tenon.ClientConfig, plugin *tenon.ServeConfig) {
		host.Codecs, plugin.Codecs = []codec.Codec{c}, []codec.Codec{c}
	}
}

// nothingLeft waits until no call and no stream of the session is left.
func nothingLeft(t *testing.T, client *tenon.Client) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		s := client.Stats()
		if s.Calls+s.Serving+s.Flows == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the session still holds %+v", s)
		}
		time.Sleep(time.Millisecond)
	}
}

// got fails the test unless a value prints as it should.
func got(t *testing.T, what string, value any, err error, want string) {
	t.Helper()
	if text := fmt.Sprintf("%+v", value); err != nil || text != want {
		t.Errorf("%s: %s, %v; not %s", what, text, err, want)
	}
}

// ok fails the test on an error.
func ok(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// dispenser is what clients are dispensed from.
type dispenser = rpc.Dispenser
