package tenon

import "time"

// StartSteps says how far a start had come after how much time, each counted from
// [Info.Started]: where a slow start spends its time. A step that did not happen is
// zero, as all but Launched are of a plugin of another [Dialect].
type StartSteps struct {
	Launched time.Duration `json:"launched_ns"` // the process was there: the system had run the file, or a running plugin was found
	Answered time.Duration `json:"answered_ns"` // the plugin's part of the handshake had come: it was loaded, and had called Main or Serve
	Agreed   time.Duration `json:"agreed_ns"`   // the transport that was agreed on was up, and calls could be made
}
