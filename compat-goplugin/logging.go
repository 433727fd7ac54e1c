package goplugin

import (
	"io"
	"log"

	"github.com/hashicorp/go-hclog"
)

// silent returns a logger for nobody.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }

// standard returns what hands the lines of a library to l, at the levels that they name.
func standard(l hclog.Logger) *log.Logger {
	return l.StandardLogger(&hclog.StandardLoggerOptions{InferLevels: true})
}

func (c *Client) yamuxLog() *log.Logger { return standard(c.config.Logger.Named("yamux")) }
