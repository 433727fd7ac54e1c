package pair

import (
	"crypto/sha256"
	"errors"
	"net/rpc"
	"os"
	"strings"
	"testing"
	"time"

	original "github.com/hashicorp/go-plugin"
	goplugin "github.com/tenon-dev/tenon/compat-goplugin"
	"github.com/tenon-dev/tenon/compat-goplugin/test/contract"
)

// The tests of this file show what differs from the original, on both: a difference
// that the original no longer has is none to keep. What hangs there is given this long.
const patience = 4 * time.Second

func TestLogRecordOfAWrongTypeDoesNotEndTheHost(t *testing.T) {
	t.Parallel()
	if got := host(t, "ours", "badlog", guard); got != "ok" {
		t.Errorf("ours: %s", got)
	}
	if got := host(t, "theirs", "badlog", patience); !strings.Contains(got, "panic: interface conversion") {
		t.Errorf("theirs: %s", got)
	}
}

func TestLongLineDoesNotStopThePlugin(t *testing.T) {
	t.Parallel()
	if got := host(t, "ours", "longline", guard); got != "ok" {
		t.Errorf("ours: %s", got)
	}
	if got := host(t, "theirs", "longline", patience); !strings.Contains(got, "stuck") {
		t.Errorf("theirs: %s", got)
	}
}

func TestKillOfAStoppedPluginReturns(t *testing.T) {
	for _, grpc := range []string{"yes", "no"} {
		t.Run("grpc="+grpc, func(t *testing.T) {
			t.Parallel()
			if got := host(t, "ours", "stopped", guard, "PAIR_GRPC="+grpc); got != "ok" {
				t.Errorf("ours: %s", got)
			}
			if got := host(t, "theirs", "stopped", 3*patience, "PAIR_GRPC="+grpc); !strings.Contains(got, "stuck") {
				t.Errorf("theirs: %s", got)
			}
		})
	}
}

func TestChecksumCanBeCheckedAgain(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	mine := &goplugin.SecureConfig{Checksum: sum[:], Hash: sha256.New()}
	their := &original.SecureConfig{Checksum: sum[:], Hash: sha256.New()}
	for i := range 2 {
		if ok, err := mine.Check(exe); !ok || err != nil {
			t.Errorf("ours, check %d: %v, %v", i, ok, err)
		}
		if ok, err := their.Check(exe); ok != (i == 0) || err != nil {
			t.Errorf("theirs, check %d: %v, %v", i, ok, err)
		}
	}
	c, svc := start(t, "ours", "ours", contract.Host{SHA256: sum[:]}, contract.Plugin{})
	echo(t, svc)
	within(t, "Kill", c.Kill)
	sum[0]++
	bad := hosts["ours"](contract.Host{SHA256: sum[:], Cmd: command(t, "ours", contract.Plugin{})})
	if err := bad.Start(); err == nil || err != goplugin.ErrChecksumsDoNotMatch {
		t.Errorf("a wrong checksum: %v", err)
	}
}

func TestCallersEnvironmentWins(t *testing.T) {
	t.Setenv("PAIR_BOTH", "host")
	for library, want := range map[string]string{"ours": "PAIR_BOTH=cmd\n", "theirs": "PAIR_BOTH=host\n"} {
		cmd := command(t, "ours", contract.Plugin{})
		cmd.Env = append(cmd.Env, "PAIR_BOTH=cmd")
		_, svc := start(t, library, "", contract.Host{Cmd: cmd}, contract.Plugin{})
		if text, err := svc.Do("env", ""); err != nil || !strings.Contains(text+"\n", want) {
			t.Errorf("%s: %v, %s", library, err, text)
		}
	}
}

// TestBrokerSurvivesStreamsOfOneNumber opens two brokered connections with one number,
// which nobody accepts, and uses the broker when they were given up.
func TestBrokerSurvivesStreamsOfOneNumber(t *testing.T) {
	t.Parallel()
	dispense := func(t *testing.T, get func() (interface{}, error)) error {
		failed := make(chan error, 1)
		go func() {
			_, err := get()
			failed <- err
		}()
		select {
		case err := <-failed:
			return err
		case <-time.After(patience):
			return errStuck
		}
	}
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		p := &grabOurs{}
		c, _ := goplugin.TestPluginRPCConn(t, map[string]goplugin.Plugin{"p": p}, nil)
		defer c.Close()
		get := func() (interface{}, error) { return c.Dispense("p") }
		if err := dispense(t, get); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			go p.broker.Dial(77)
		}
		time.Sleep(5*time.Second + patience/2)
		if err := dispense(t, get); err != nil {
			t.Errorf("after it: %v", err)
		}
	})
	t.Run("theirs", func(t *testing.T) {
		t.Parallel()
		p := &grabTheirs{}
		c, _ := original.TestPluginRPCConn(t, map[string]original.Plugin{"p": p}, nil)
		get := func() (interface{}, error) { return c.Dispense("p") }
		if err := dispense(t, get); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			go p.broker.Dial(77)
		}
		time.Sleep(5*time.Second + patience/2)
		if err := dispense(t, get); err != errStuck {
			t.Errorf("after it: %v", err)
		}
	})
}

var errStuck = errors.New("stuck")

type grabOurs struct{ broker *goplugin.MuxBroker }

func (g *grabOurs) Server(*goplugin.MuxBroker) (interface{}, error) { return &contractReceiver{}, nil }

func (g *grabOurs) Client(b *goplugin.MuxBroker, c *rpc.Client) (interface{}, error) {
	g.broker = b
	return c, nil
}

type grabTheirs struct{ broker *original.MuxBroker }

func (g *grabTheirs) Server(*original.MuxBroker) (interface{}, error) {
	return &contractReceiver{}, nil
}

func (g *grabTheirs) Client(b *original.MuxBroker, c *rpc.Client) (interface{}, error) {
	g.broker = b
	return c, nil
}

type contractReceiver struct{}

// Nothing is a method, without which net/rpc takes no receiver.
func (*contractReceiver) Nothing(int, *int) error { return nil }
