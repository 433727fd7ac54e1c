package hclogbridge_test

import (
	"log/slog"
	"os"

	"github.com/hashicorp/go-hclog"

	hclogbridge "github.com/tenon-dev/tenon/log-hclog"
)

func ExampleHandler() {
	logger := hclog.New(&hclog.LoggerOptions{Output: os.Stdout, DisableTime: true})
	slog.New(hclogbridge.Handler(logger)).Info("ready", "plugin", "kv")
	// Output: [INFO]  ready: plugin=kv
}
