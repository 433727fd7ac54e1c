package tenon

import (
	"net"
	"testing"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/internal/hello"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// recorder is a transport that notes what it is asked for.
type recorder struct {
	transport.Transport
	streams *int
}

func (r recorder) Session(link net.Conn, cfg transport.Config) (transport.Session, error) {
	*r.streams = cfg.MaxStreams
	return r.Transport.Session(link, cfg)
}

// What the other side announces does not raise what it can open here.
func TestAnnouncedStreamsRaiseNothing(t *testing.T) {
	for _, remote := range []int{1 << 30, 3, 0} {
		mine, theirs := net.Pipe()
		defer theirs.Close()
		var streams int
		tr := recorder{directtransport.New(), &streams}
		peer, err := startPeer(mine, drivers{transports: []transport.Transport{tr}, codecs: []codec.Codec{jsoncodec.New()}}, peerConfig{
			side: transport.Plugin, answer: hello.Answer{Transport: tr.Name(), Codecs: []string{"json"}},
			remote: rpc.Limits{Streams: remote}, engine: rpc.Config{Limits: rpc.Limits{Streams: 20}},
		})
		if err != nil {
			t.Fatal(err)
		}
		peer.Close()
		if streams != 20+lanes {
			t.Errorf("the other side announced %d, and the transport takes %d", remote, streams)
		}
	}
}
