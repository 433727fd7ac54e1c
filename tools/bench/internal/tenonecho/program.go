package tenonecho

import (
	"os"
	"strconv"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/transport"
)

// streamsEnv says how many streams may be open at a time.
const streamsEnv = "TENON_BENCH_STREAMS"

// Serve is the plugin: it serves until the host stops it, and never returns.
func Serve(services tenon.Services, transports []transport.Transport, codecs []codec.Codec) {
	streams, _ := strconv.Atoi(os.Getenv(streamsEnv)) // 0: the default
	tenon.Main(tenon.ServeConfig{
		Limits:     tenon.Limits{Streams: streams},
		Cookie:     cookie(),
		Services:   services,
		Transports: transports,
		Codecs:     codecs,
		Name:       "bench",
	})
}
