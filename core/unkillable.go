package tenon

import (
	"time"
)

// unkillableGrace is how long a process that cannot be killed has to end by itself, as most
// do when their link has ended.
const unkillableGrace = 2 * time.Second

// end kills the process and waits for its end. The system may refuse that: to a host that has
// become another user since it started the plugin. One that does not end by itself either is
// left to itself then, so that no stop waits for ever.
func (r *run) end() {
	err := r.process.Kill()
	p, ok := r.process.(Releaser)
	if err != nil && ok && !debugging() && !r.exitsWithin(unkillableGrace) {
		if r.log != nil {
			r.log.Error("the plugin cannot be killed, and is left to itself", "plugin", r.info.Path, "pid", r.info.PID, "error", err)
		}
		p.Release()
	}
	<-r.process.Done()
}
