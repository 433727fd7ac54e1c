package tenon

import "time"

// How long a process has to end that was killed. Who may not be signalled, by a host that has
// become another user since it started the plugin, can only end by itself, as most do when
// their link has ended. Who was signalled ends at once, but for what the system holds: in a
// frozen container, or in the middle of reading from a disk that does not answer.
const (
	unkillableGrace = 2 * time.Second
	killedGrace     = 10 * time.Second
)

// end kills the process and waits for its end. One that does not end is left to itself then,
// so that no stop waits for ever. It is reaped when it ends all the same.
func (r *run) end() {
	err := r.process.Kill()
	grace := killedGrace
	if err != nil {
		grace = unkillableGrace
	}
	if p, ok := r.process.(Releaser); ok && !debugging() && !r.exitsWithin(grace) {
		p.Release() // without effect where it has ended, and only its output is under way
		<-r.process.Done()
		if r.log != nil && !r.process.Exit().Exited {
			r.log.Error("the plugin does not end although it was killed, and is left to itself", "plugin", r.info.Path, "pid", r.info.PID, "error", err)
		}
	}
	<-r.process.Done()
}
