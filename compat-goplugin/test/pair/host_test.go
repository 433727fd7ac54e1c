package pair

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
)

// playHost makes the test binary a host, in a process of its own, since it may die or
// hang. It prints "ok" when all went well, and "stuck" when something did not return.
func playHost(host string) {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cfg := contract.Plugin{GRPC: os.Getenv("PAIR_GRPC") != "no", LogFile: os.Getenv("PAIR_LOG")}
	text, err := json.Marshal(cfg)
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = []string{contract.RoleEnv + "=" + os.Getenv("PAIR_PLUGIN"), contract.ConfigEnv + "=" + string(text), race(os.Getenv("PAIR_PLUGIN"))}
	if host == "theirs" {
		// Its host's environment wins.
		os.Setenv(contract.RoleEnv, os.Getenv("PAIR_PLUGIN"))
		os.Setenv(contract.ConfigEnv, string(text))
	}
	// Not the plugin's copies of what this process got.
	c := hosts[host](contract.Host{Cmd: cmd, GRPC: true, Logger: hclog.New(&hclog.LoggerOptions{Output: devNull{}, Level: hclog.Trace})})
	svc, err := c.Dispense("svc")
	if err != nil {
		panic(err)
	}
	switch os.Getenv("PAIR_CASE") {
	case "abandon":
		json.NewEncoder(os.Stdout).Encode(c.Reattach())
		os.Exit(0)
	case "badlog":
		inTime(func() {
			svc.Do("rawstderr", `{"@message":1}`+"\n"+`{"@message":"x","@level":[]}`+"\n")
			// The line must have been read before all is said to be well.
			for range 100 {
				svc.Do("echo", "x")
			}
			c.Kill()
		})
	case "longline":
		inTime(func() {
			line := strings.Repeat("0123456789", 20000) + "\n"
			svc.Do("rawstdout", line)
			svc.Do("rawstdout", line)
			c.Kill()
		})
	case "stopped":
		pid, _ := strconv.Atoi(c.ID())
		syscall.Kill(pid, syscall.SIGSTOP)
		defer syscall.Kill(pid, syscall.SIGKILL)
		for !stopped(pid) {
			time.Sleep(time.Millisecond)
		}
		inTime(c.Kill)
	}
	fmt.Println("ok")
}

// stopped reports whether a signal has stopped the process by now.
func stopped(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") T ")
}

type devNull struct{}

func (devNull) Write(p []byte) (int, error) { return len(p), nil }

// inTime ends this process when f takes longer than PAIR_WAIT says, and its plugin.
func inTime(f func()) {
	wait, _ := time.ParseDuration(os.Getenv("PAIR_WAIT"))
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(wait):
		fmt.Println("stuck")
		syscall.Kill(0, syscall.SIGKILL) // its group is its own
	}
}

// host runs a case in a host of its own and returns what that printed.
func host(t *testing.T, library, name string, wait time.Duration, more ...string) string {
	t.Helper()
	cmd := command(t, "host-"+library, contract.Plugin{})
	cmd.Env = append(os.Environ(), cmd.Env...)
	cmd.Env = append(cmd.Env, "PAIR_CASE="+name, "PAIR_PLUGIN=ours", "PAIR_WAIT="+wait.String())
	cmd.Env = append(cmd.Env, more...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out) + err.Error()
	}
	return strings.TrimSpace(string(out))
}
