//go:build linux

package reattach

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

// A plugin that has a host has no time for another one, which is told so. Calls that are
// cut off by Detach are told from those that a crash cuts off.
func TestBusyThenDetached(t *testing.T) {
	leak.Check(t)
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program("plugin"), Outlive: tenon.Outlive{Secret: Secret(), For: time.Minute}})
	defer client.Close()
	var c counterClient
	if err := dynamic.Bind(t.Context(), client, "counter", &c); err != nil {
		t.Fatal(err)
	}
	info, err := client.AttachInfo()
	if err != nil {
		t.Fatal(err)
	}
	second := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: To(info), StartTimeout: 100 * time.Millisecond})
	if err := second.Start(t.Context()); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "while it has another host") {
		t.Errorf("the second host: %v", err)
	}
	second.Close()

	cut := make(chan error, 1)
	go func() { cut <- c.Wait(context.Background()) }()
	eventually(t, "the call is there", func() bool { n, _ := c.Add(t.Context(), 0); return n >= 100 })
	if _, err := client.Detach(); err != nil {
		t.Fatal(err)
	}
	if err := <-cut; !errors.Is(err, tenon.ErrStopped) {
		t.Errorf("the call in flight: %v", err)
	}
	next, _, _ := attach(t, info)
	next.Kill()
}
