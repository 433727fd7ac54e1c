package sidechannel

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
)

// Serve is called by a program when it starts: it connects to the host, if there
// is one, and answers it. When the host is gone it ends the process, so that
// nothing outlives the benchmark.
func Serve() error {
	path := os.Getenv(socketEnv)
	if path == "" {
		return nil
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return fmt.Errorf("connect to the benchmark: %w", err)
	}
	enc := json.NewEncoder(conn)
	if err := enc.Encode(os.Getenv(tokenEnv)); err != nil {
		return err
	}
	go func() {
		dec := json.NewDecoder(conn)
		for {
			var req request
			if dec.Decode(&req) != nil || enc.Encode(answer(req)) != nil {
				os.Exit(3)
			}
		}
	}()
	return nil
}

func answer(req request) reply {
	switch req.Do {
	case "memory":
		return reply{Memory: ReadMemory()}
	case "profile":
		f, err := os.Create(req.File)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		return reply{Error: text(err)}
	case "stop":
		pprof.StopCPUProfile()
		return reply{}
	}
	return reply{Error: fmt.Sprintf("unknown request %q", req.Do)}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// ReadMemory returns what this process allocated so far, and its goroutines.
func ReadMemory() Memory {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Memory{m.Mallocs, m.TotalAlloc, runtime.NumGoroutine()}
}
