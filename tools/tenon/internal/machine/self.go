package machine

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

// cookie is that of this program as its own plugin.
var cookie = tenon.Cookie{Key: "COMMAND_TENON_DOCTOR", Value: "d1"}

// Self says how this program is started as its own plugin, which calls [Serve] then.
type Self struct {
	Args []string
}

var ping = rpc.Method[struct{}, int]{Name: "PID"}

// Serve is the plugin that a check starts: it serves until its host is gone.
func Serve(ctx context.Context) error {
	return tenon.Serve(ctx, tenon.ServeConfig{Cookie: cookie, Name: "doctor", Release: "1", Services: tenon.Services{
		"doctor": rpc.NewService(func(context.Context, struct{}) (int, error) { return os.Getpid(), nil },
			rpc.Handle(ping, func(pid int, _ context.Context, _ struct{}) (int, error) { return pid, nil })),
	}})
}

// forcing are the variables that make every host of this process do something else.
var forcing = []string{"TENON_TRANSPORT", "TENON_CODEC", "TENON_ATTACH"}

// unforced takes these variables out of the environment, for a host that is to do what
// it does without them, and returns what puts them back. checkEnvironment tells about
// them.
func unforced() (restore func()) {
	old := map[string]string{}
	for _, key := range forcing {
		if value, set := os.LookupEnv(key); set {
			old[key] = value
			os.Unsetenv(key)
		}
	}
	return func() {
		for key, value := range old {
			os.Setenv(key, value)
		}
	}
}

// check starts this program as a plugin, calls it, and stops it.
func (s Self) check(ctx context.Context) []Finding {
	const check = "a plugin from start to stop"
	path, err := os.Executable()
	if err != nil {
		return []Finding{found(check, Note, "not tried: %v", err)}
	}
	defer unforced()()
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie: cookie, Launcher: launch.Command(path, launch.Args(s.Args...)), StartTimeout: 15 * time.Second,
		Stdout: io.Discard, Stderr: io.Discard,
	})
	defer client.Close()
	o, err := client.Dispense(ctx, "doctor", nil)
	var start *tenon.StartError
	if errors.As(err, &start) {
		return []Finding{found(check, Bad, "%s", start.Reason).hinting("%s", start.Hint)}
	}
	if err != nil {
		return []Finding{found(check, Bad, "%v", err)}
	}
	info := client.Info()
	pid, err := ping.Call(ctx, o, struct{}{})
	switch {
	case err != nil:
		return []Finding{found(check, Bad, "a call failed: %v", err)}
	case pid == os.Getpid():
		return []Finding{found(check, Bad, "the plugin says that it is this process")}
	}
	if err := client.Close(); err != nil {
		return []Finding{found(check, Bad, "it did not stop in order: %v", err)}
	}
	f := found(check, OK, "ready in %.1f ms, link %s", float64(info.ReadyAfter)/float64(time.Millisecond), info.Link)
	if launchTakesLong := info.ReadyAfter > time.Second; launchTakesLong {
		f.Level = Note
		f = f.hinting("a program takes long to start here: is it scanned, or on a network?")
	}
	return []Finding{f}
}
