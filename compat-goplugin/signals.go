package goplugin

import (
	"os"
	"os/signal"

	"github.com/hashicorp/go-hclog"
)

// swallowSignals takes the signals that are not for plugins, until the returned function
// is called. They are caught, not ignored: what the plugin starts would inherit that.
func swallowSignals(log hclog.Logger) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, swallowed...)
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case s := <-signals:
				if s == os.Interrupt { // a log line about a broken pipe would break it again
					log.Trace("the plugin does not obey a signal", "signal", s.String())
				}
			case <-quit:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(quit)
		<-ended
	}
}
