package launch

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// OutputGrace is how long the end of a plugin waits for the rest of its output,
// once the process itself has been reaped: whatever it started may hold its
// descriptors open for ever.
const OutputGrace = 50 * time.Millisecond

// WriterGrace is how long the end of a plugin waits after that for a writer that does not
// return from one Write. What it has not taken then is thrown away.
const WriterGrace = time.Second

// Exit says how a process ended.
type Exit struct {
	Exited bool      // the process has ended
	Code   int       // its exit code; -1 when a signal ended it, or it is unknown
	Signal os.Signal // the signal that ended it, nil otherwise

	// Err is what else is known: the error that a serve function returned (see
	// [InProcess]), or why the end could not be observed. Nil otherwise.
	Err error
}

// String returns, for example, "exit code 2" or "signal: killed".
func (e Exit) String() string {
	switch {
	case !e.Exited:
		return "running"
	case e.Signal != nil:
		return "signal: " + e.Signal.String()
	case e.Err != nil && e.Code < 0:
		return e.Err.Error()
	case e.Err != nil:
		return fmt.Sprintf("exit code %d: %v", e.Code, e.Err)
	default:
		return "exit code " + strconv.Itoa(e.Code)
	}
}
