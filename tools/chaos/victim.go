package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"strings"
	"time"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/reattach"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
	unixtransport "github.com/tenon-dev/tenon/transport-unix"
	yamuxtransport "github.com/tenon-dev/tenon/transport-yamux"
)

var cookie = tenon.Cookie{Key: "CHAOS_PLUGIN", Value: "c7a05"}

// transports are what the suite runs over, in the order in which they are shown.
func transports() []transport.Transport {
	return []transport.Transport{unixtransport.New(), directtransport.New(), yamuxtransport.New(), smuxtransport.New()}
}

func codecs() []codec.Codec { return []codec.Codec{cborcodec.New()} }

// A ticket is what a call carries: no two calls carry the same, so that the reply
// to another call is noticed.
type ticket struct {
	Caller, Seq uint64
	Data        []byte
}

// The methods of the plugin that everything is done to.
var (
	methodEcho  = rpc.Method[ticket, ticket]{Name: "Echo"}
	methodCount = rpc.ServerStream[ticket, uint64]{Name: "Count"} // counts up from Seq, without end
	methodHang  = rpc.Method[struct{}, struct{}]{Name: "Hang"}
	methodDie   = rpc.Method[string, struct{}]{Name: "Die"} // in the way that is named
	methodChild = rpc.Method[struct{}, int]{Name: "Child"}
	methodPrint = rpc.Method[int, struct{}]{Name: "Print"} // so many MiB to both outputs
)

type victim struct{ lies bool }

func victimService() *rpc.Service {
	return rpc.NewService(
		func(context.Context, struct{}) (*victim, error) { return &victim{lies: os.Getenv(liesEnv) != ""}, nil },
		rpc.Handle(methodEcho, (*victim).echo),
		rpc.HandleServerStream(methodCount, (*victim).count),
		rpc.Handle(methodHang, (*victim).hang),
		rpc.Handle(methodDie, (*victim).die),
		rpc.Handle(methodChild, (*victim).child),
		rpc.Handle(methodPrint, (*victim).print),
	)
}

func (v *victim) echo(_ context.Context, t ticket) (ticket, error) {
	if v.lies && t.Seq%5 == 4 {
		t.Seq-- // the reply to another call
	}
	return t, nil
}

func (*victim) count(_ context.Context, from ticket) iter.Seq2[uint64, error] {
	return func(yield func(uint64, error) bool) {
		for n := from.Seq; yield(n, nil); n++ {
		}
	}
}

func (*victim) hang(ctx context.Context, _ struct{}) (struct{}, error) {
	<-ctx.Done()
	return struct{}{}, ctx.Err()
}

func (*victim) die(_ context.Context, how string) (struct{}, error) {
	switch how {
	case "exit":
		os.Exit(3)
	case "panic":
		panic("chaos in a handler")
	case "panic-goroutine":
		go panic("chaos in a goroutine")
		select {}
	}
	return struct{}{}, fmt.Errorf("there is no way to die that is called %q", how)
}

// child starts a process that would live on by itself.
func (*victim) child(context.Context, struct{}) (int, error) {
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	return cmd.Process.Pid, nil
}

func (*victim) print(_ context.Context, mib int) (struct{}, error) {
	line := strings.Repeat("chaos ", 1<<20/12) // half a MiB without an end
	for i := range 2 * mib {
		for _, f := range []*os.File{os.Stdout, os.Stderr} {
			if _, err := fmt.Fprint(f, line); err != nil {
				return struct{}{}, fmt.Errorf("print %d of %d: %w", i, 2*mib, err)
			}
		}
	}
	fmt.Println()
	fmt.Fprintln(os.Stderr)
	return struct{}{}, nil
}

// The variables that tell a process of this suite what it is.
const (
	roleEnv  = "TENON_CHAOS_ROLE"  // a plugin, a host, or a plugin that does not start
	liesEnv  = "TENON_CHAOS_LIES"  // the plugin answers wrongly at times: a test of the suite
	leaksEnv = "TENON_CHAOS_LEAKS" // the plugin starts a child that leaves its group: likewise
	markEnv  = "TENON_CHAOS_RUN"   // every process of one run has the same
)

func playVictim() {
	if os.Getenv(leaksEnv) != "" {
		leakChild()
	}
	tenon.Main(tenon.ServeConfig{
		Cookie:     cookie,
		Services:   tenon.Services{"victim": victimService()},
		Transports: transports(),
		Codecs:     codecs(),
		Name:       "victim",
		Keeper:     reattach.Keeper(),
	})
}

// roles are the programs that this binary can be, besides the suite itself. Those
// of a start that fails end, or stand still, at one step of it.
var roles = map[string]func(){
	"victim":       playVictim,
	"host":         playHost,
	"leaving-host": playLeavingHost,
	"slow":         func() { time.Sleep(300 * time.Millisecond); playVictim() },
	"exit-at-once": func() { os.Exit(0) },
	"exit-loud":    func() { fmt.Fprintln(os.Stderr, "no database"); os.Exit(7) },
	"panic-early":  func() { panic("no configuration") },
	"never-speaks": func() { select {} },
	"closes-link":  func() { withLink(func(link linkFile) { link.Close() }); select {} },
	"half-hello":   func() { withLink(func(link linkFile) { link.Write([]byte("TENO\x00\x00")) }); os.Exit(0) },
	"wrong-hello":  func() { withLink(func(link linkFile) { link.Write([]byte("TENO\x00\x00\x00\x02{]")) }); select {} },
	"huge-hello":   func() { withLink(func(link linkFile) { link.Write([]byte("TENO\x7f\xff\xff\xff")) }); select {} },
	"prints-first": func() { fmt.Print(strings.Repeat("hello? ", 1<<18)); os.Exit(1) },
	"hello-exit":   helloAndExit,
}
