package pair

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
)

var bars = flag.Bool("bars", false, "measure what the bars ask for, which wants a machine that is not busy")

// What is measured is ours against the original in the same minute, in turns, so that
// whatever else the machine does meets both.
const (
	callRounds  = 201
	callsOfOne  = 100
	startRounds = 31

	callBar  = 1.10 // of the original's processor time, at most: other programs add to any other
	startBar = 3.0  // times as fast, at least
)

// TestBars measures calls and starts. The figures of a busy machine say little, so it is
// asked for with -bars.
func TestBars(t *testing.T) {
	if !*bars {
		t.Skip("measured with -bars")
	}
	t.Run("calls", func(t *testing.T) {
		services := map[string]contract.Service{}
		plugins := map[string]int{}
		for library := range hosts {
			c, svc := service(t, library)
			services[library], plugins[library] = svc, c.Reattach().Pid
		}
		calls := func(library string) time.Duration {
			begin := time.Now()
			for range callsOfOne {
				echo(t, services[library])
			}
			return time.Since(begin) / callsOfOne
		}
		before := map[string]time.Duration{}
		for library, pid := range plugins {
			before[library] = cpuOf(t, pid)
		}
		inHost := map[string]time.Duration{}
		times := inTurns(callRounds, func(library string) time.Duration {
			begin := cpuHere(t)
			defer func() { inHost[library] += cpuHere(t) - begin }()
			return calls(library)
		})
		cost := map[string]time.Duration{}
		for library, pid := range plugins {
			cost[library] = (inHost[library] + cpuOf(t, pid) - before[library]) / (callRounds * callsOfOne)
		}
		t.Logf("a gRPC call takes: ours %v, theirs %v", times["ours"], times["theirs"])
		ratio := float64(cost["ours"]) / float64(cost["theirs"])
		t.Logf("a gRPC call costs, in both processes: ours %v, theirs %v: %.2f of it, at most %.2f", cost["ours"], cost["theirs"], ratio, callBar)
		if ratio > callBar {
			t.Error("calls cost too much")
		}
	})
	t.Run("starts with AutoMTLS", func(t *testing.T) {
		times := inTurns(startRounds, func(library string) time.Duration {
			c := hosts[library](contract.Host{GRPC: true, AutoMTLS: true, Logger: hclog.NewNullLogger(), Cmd: command(t, library, contract.Plugin{GRPC: true})})
			defer c.Kill()
			begin := time.Now()
			if err := c.Ping(); err != nil {
				t.Fatal(err)
			}
			return time.Since(begin)
		})
		factor := float64(times["theirs"]) / float64(times["ours"])
		t.Logf("a start up to the first answer: ours %v, theirs %v: %.1f times as fast, at least %.1f", times["ours"], times["theirs"], factor, startBar)
		if factor < startBar {
			t.Error("starts take too long")
		}
	})
}

// inTurns measures both libraries again and again and returns the first quartile of each:
// what else the machine does only ever adds.
func inTurns(rounds int, measure func(library string) time.Duration) map[string]time.Duration {
	all := map[string][]time.Duration{}
	for round := range rounds {
		order := []string{"ours", "theirs"}
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, library := range order {
			all[library] = append(all[library], measure(library))
		}
	}
	quartiles := map[string]time.Duration{}
	for library, times := range all {
		slices.Sort(times)
		quartiles[library] = times[len(times)/4]
	}
	return quartiles
}

// service starts a gRPC plugin with one library on both sides.
func service(t *testing.T, library string) (contract.Client, contract.Service) {
	t.Helper()
	c := hosts[library](contract.Host{GRPC: true, Logger: hclog.NewNullLogger(), Cmd: command(t, library, contract.Plugin{GRPC: true})})
	t.Cleanup(c.Kill)
	svc, err := c.Dispense("svc")
	if err != nil {
		t.Fatal(err)
	}
	return c, svc
}

// cpuHere is how much processor time this process has used.
func cpuHere(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// cpuOf is the same of another process, in the kernel's ticks of 10 ms.
func cpuOf(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// TestCallsAllocateNoMore counts what a call allocates in the host, in all goroutines.
func TestCallsAllocateNoMore(t *testing.T) {
	const calls = 500
	services := map[string]contract.Service{}
	for library := range hosts {
		_, services[library] = service(t, library)
	}
	counts := map[string]float64{}
	for range 3 { // the least of each, since the runtime allocates now and then
		for library, svc := range services {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range calls {
				svc.Do("echo", "hello")
			}
			runtime.ReadMemStats(&after)
			count := float64(after.Mallocs-before.Mallocs) / calls
			if counts[library] == 0 || count < counts[library] {
				counts[library] = count
			}
		}
	}
	t.Logf("allocations of a gRPC call: ours %.2f, theirs %.2f", counts["ours"], counts["theirs"])
	if counts["ours"] > counts["theirs"]+0.5 {
		t.Error("calls allocate more than the original's")
	}
}
