package tenonecho

import (
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/transport"
)

// Serve is the plugin: it serves until the host stops it, and never returns.
func Serve(services tenon.Services, transports []transport.Transport, codecs []codec.Codec) {
	tenon.Main(tenon.ServeConfig{
		Cookie:     cookie(),
		Services:   services,
		Transports: transports,
		Codecs:     codecs,
		Name:       "bench",
	})
}
