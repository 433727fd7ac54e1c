package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// The test binary plays every program that the host starts, as the real one does.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		fmt.Fprintln(os.Stderr, play(role))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// bench runs the program and returns what it wrote to the file.
func bench(t *testing.T, wantCode int, args ...string) *report {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bench.json")
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if code := run(ctx, append(args, "-json", file), &stdout, &stderr); code != wantCode {
		t.Fatalf("exit code %d, want %d\n%s\n%s", code, wantCode, stdout.String(), stderr.String())
	}
	noChildren(t)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// noChildren checks that every process that was started is gone and reaped.
func noChildren(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(lists) == 0 {
		t.Fatalf("the kernel tells nothing of children: %v", err)
	}
	for _, list := range lists {
		if b, _ := os.ReadFile(list); len(bytes.TrimSpace(b)) > 0 {
			t.Errorf("children are left: %s", b)
		}
	}
}

func TestAllSubjectsEcho(t *testing.T) {
	r := bench(t, 0, "-rounds=2", "-slice=5ms", "-work=64B,struct", "-callers=2", "-codecs="+strings.Join(codecList(), ","))
	const subjectsThatAnswer = 1 + 4*4 + 4 + 2 + 2 // raw, tenon, tenon-quick, go-plugin, others
	checkEchoes(t, r, 2*subjectsThatAnswer)
	if r.Machine.Cores < 1 || r.Machine.Go != runtime.Version() || !strings.HasPrefix(r.Command, "bench -rounds=2") {
		t.Errorf("the head is %+v", r)
	}
}

func TestExtremeSizes(t *testing.T) {
	r := bench(t, 0, "-rounds=2", "-slice=5ms", "-work=0B,2MiB", "-callers=1")
	checkEchoes(t, r, 2*(1+4+4+2+2))
}

// checkEchoes checks that there are so many rows, all complete.
func checkEchoes(t *testing.T, r *report, want int) {
	t.Helper()
	if got := len(r.Rows); got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
	for _, row := range r.Rows {
		what := fmt.Sprintf("%s %s, callers %d: %s", row.Work, row.Size, row.Callers, row.name())
		if row.Error != "" || row.Rounds != 2 || row.P50 <= 0 || row.P99 < row.P50 || row.PerSecond <= 0 {
			t.Errorf("%s: %+v", what, row)
		}
		for _, ratio := range []string{"p50_to_raw", "times_gp_grpc", "times_gp_netrpc"} {
			if s := row.Ratios[ratio]; s.Min <= 0 || s.Median < s.Min || s.Max < s.Median {
				t.Errorf("%s: %s is %+v", what, ratio, s)
			}
		}
		if row.Subject == rawName && (row.Ratios["p50_to_raw"] != span3{1, 1, 1}) {
			t.Errorf("%s: raw is %+v of itself", what, row.Ratios["p50_to_raw"])
		}
		if row.Subject != rawName && (row.HostAllocs <= 0 || row.PluginAllocs <= 0 || row.BytesPerOp <= 0) {
			t.Errorf("%s: no allocations: %+v", what, row)
		}
		if r.Settings[row.name()] == "" {
			t.Errorf("%s: no settings in %v", what, r.Settings)
		}
	}
}

func TestLaunch(t *testing.T) {
	r := bench(t, 0, "-rounds=1", "-work=launch")
	if got, want := len(r.Rows), 2*11; got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
	for _, row := range r.Rows {
		if row.Error != "" || row.P50 <= 0 || row.Ratios["p50_to_bare"].Median <= 0 || row.Ratios["times_gp_grpc"].Median <= 0 {
			t.Errorf("%s of %s: %+v", row.Work, row.name(), row)
		}
		if row.Work == "launch" && row.BinaryBytes < 1<<20 || runtime.GOOS == "linux" && row.Work == "launch" && row.ResidentBytes < 1<<20 {
			t.Errorf("launch of %s: RSS %v, binary %v", row.name(), row.ResidentBytes, row.BinaryBytes)
		}
	}
}

func TestStreams(t *testing.T) {
	r := bench(t, 0, "-rounds=2", "-slice=5ms", "-work=down:64KiB,up:64B,both:1KiB,reader:64KiB,beside", "-codecs=cbor,proto")
	// Tenon over four transports, with streams of Go values only; raw knows neither both nor unary.
	const peers = 2
	if got, want := len(r.Rows), (1+4+peers)+(1+4+peers)+(4+peers)+(1+8+peers-1)+(1+peers+4); got < want {
		t.Errorf("%d rows, want %d or more", got, want)
	}
	seen := map[string]int{}
	for _, row := range r.Rows {
		seen[row.Work]++
		if row.Error != "" || row.Rounds != 2 || row.PerSecond <= 0 || row.MBPerSecond <= 0 {
			t.Errorf("%s %s of %s: %+v", row.Work, row.Size, row.name(), row)
		}
		if row.Subject == "tenon" && row.Ratios["times_gp_grpc"].Median <= 0 {
			t.Errorf("%s of %s is not compared: %v", row.Work, row.name(), row.Ratios)
		}
	}
	for _, work := range []string{"down", "up", "both", "reader", "beside"} {
		if seen[work] == 0 {
			t.Errorf("nothing of %s: %v", work, seen)
		}
	}
}

func TestDeath(t *testing.T) {
	r := bench(t, 0, "-rounds=1", "-work=death", "-subjects=bare,tenon")
	for _, row := range r.Rows {
		if row.Error != "" || row.P50 <= 0 || row.Ratios["p50_to_bare"].Median <= 0 {
			t.Errorf("%s of %s: %+v", row.Work, row.name(), row)
		}
	}
	if len(r.Rows) != 5 {
		t.Errorf("%d rows, want bare and four of tenon", len(r.Rows))
	}
}

// TestGrowth measures what grows, in few steps.
func TestGrowth(t *testing.T) {
	r := bench(t, 0, "-quick", "-rounds=2", "-slice=5ms", "-work=64B,calls,streams,plugins", "-callers=64", "-subjects=raw,tenon,gp-netrpc,gp-grpc")
	seen := map[string]int{}
	for _, row := range r.Rows {
		seen[fmt.Sprint(row.Work, " ", row.Callers)]++
		if row.Error != "" || row.Rounds != 2 || row.PerSecond <= 0 || row.P99 < row.P50 {
			t.Errorf("%s of %s, %d: %+v", row.Work, row.name(), row.Callers, row)
		}
		if runtime.GOOS == "linux" && row.ResidentBytes < 1<<20 {
			t.Errorf("%s of %s, %d: RSS %v", row.Work, row.name(), row.Callers, row.ResidentBytes)
		}
		if own := row.Ratios[ownRatio].Median; (own > 0) != (row.Work == callsName) {
			t.Errorf("%s of %s, %d: to its own 64: %v", row.Work, row.name(), row.Callers, own)
		}
		if row.Work == pluginsName && row.Subject == "tenon" && row.HostGoroutines <= 0 {
			t.Errorf("no goroutines for a plugin of %s: %+v", row.name(), row)
		}
	}
	// Raw and net/rpc have no streams of messages.
	for what, want := range map[string]int{"echo 64": 7, "calls 1": 7, "calls 100": 7, "streams 1": 5, "streams 100": 5, "plugins 1": 7, "plugins 5": 7} {
		if seen[what] != want {
			t.Errorf("%d rows of %q, want %d", seen[what], what, want)
		}
	}
}

// TestManyStreamsAreAllowed opens more than anybody's defaults allow.
func TestManyStreamsAreAllowed(t *testing.T) {
	opts := &options{rounds: 1, slice: time.Millisecond}
	opts.add(cell{work: smallWork(subject.Turns), callers: 300, growth: streamsName})
	all, err := subjects([]string{"cbor"})
	if err != nil {
		t.Fatal(err)
	}
	if opts.subjects, err = choose(all, []string{"tenon"}); err != nil {
		t.Fatal(err)
	}
	r, err := measure(t.Context(), opts, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != len(transportNames()) {
		t.Errorf("%d rows", len(r.Rows))
	}
	noChildren(t)
}

// TestDeadlineAndIdle wants what else is counted.
func TestDeadlineAndIdle(t *testing.T) {
	r := bench(t, 0, "-rounds=2", "-slice=5ms", "-work=deadline,idle", "-subjects=raw,tenon,gp-grpc")
	for _, row := range r.Rows {
		beyond, ok := row.Ratios["allocs_beyond_codec"]
		switch {
		case row.Error != "":
			t.Errorf("%s of %s: %s", row.Work, row.name(), row.Error)
		case row.Work == deadlineName && row.Subject == "tenon" && (beyond.Median <= 0 || beyond.Median >= row.AllocsPerOp):
			t.Errorf("%s: %v allocations, %v beyond the codec's", row.name(), row.AllocsPerOp, beyond)
		case row.Subject != "tenon" && ok:
			t.Errorf("%s has a codec's allocations", row.name())
		case row.Work == idleName && row.Subject == "tenon" && (row.HostGoroutines <= 0 || row.PluginGoroutines <= 0):
			t.Errorf("idle of %s: %v and %v goroutines", row.name(), row.HostGoroutines, row.PluginGoroutines)
		}
	}
	if want := 2 * (1 + len(transportNames()) + 1); len(r.Rows) != want {
		t.Errorf("%d rows, want %d", len(r.Rows), want)
	}
}

// TestRowsHaveTheSameFields reads the file as other programs do.
func TestRowsHaveTheSameFields(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bench.json")
	if code := run(t.Context(), []string{"-rounds=1", "-slice=5ms", "-work=64B,idle", "-callers=1", "-subjects=raw,tenon/unix", "-json", file}, io.Discard, io.Discard); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r struct{ Rows []map[string]any }
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	for _, row := range r.Rows {
		for _, field := range strings.Fields("work size callers subject transport codec rounds p50_ns p99_ns per_second mb_per_second allocs_per_op bytes_per_op") {
			if v, ok := row[field]; !ok || v == nil && row["work"] == "echo" {
				t.Errorf("%s is %v in %v", field, v, row)
			}
		}
	}
	if len(r.Rows) != 4 {
		t.Errorf("%d rows", len(r.Rows))
	}
}

func TestProfilesOfBothSides(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "cpu")
	bench(t, 0, "-rounds=1", "-slice=10ms", "-work=64B", "-callers=2", "-subjects=tenon/direct", "-cpuprofile="+prefix)
	for _, side := range []string{"host", "plugin"} {
		if info, err := os.Stat(prefix + ".64B.2." + side + ".pprof"); err != nil || info.Size() == 0 {
			t.Errorf("the profile of the %s: %v, %v", side, info, err)
		}
	}
}

// cancelAt is a writer that cancels as soon as it is told of a cell.
type cancelAt struct{ cancel context.CancelFunc }

func (w cancelAt) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("echo")) {
		w.cancel()
	}
	return len(p), nil
}

func TestInterruptLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	before, _ := filepath.Glob(filepath.Join(os.TempDir(), "tenon-bench-*"))
	var stdout bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"-slice=1m", "-work=64B", "-callers=2"}, &stdout, cancelAt{cancel})
	}()
	select {
	case code := <-done:
		if code != 130 {
			t.Errorf("exit code %d, want 130", code)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on after it was interrupted")
	}
	if strings.Contains(stdout.String(), "p50") {
		t.Errorf("a table of what was interrupted:\n%s", stdout.String())
	}
	noChildren(t)
	after, _ := filepath.Glob(filepath.Join(os.TempDir(), "tenon-bench-*"))
	if len(after) > len(before) {
		t.Errorf("folders are left: %v, before: %v", after, before)
	}
}

func TestUnknownRole(t *testing.T) {
	for _, role := range []string{"nobody", "tenon-nothing"} {
		if err := play(role); err == nil || !strings.Contains(err.Error(), role) {
			t.Errorf("role %q: %v", role, err)
		}
	}
}

var errBroken = errors.New("broken")
