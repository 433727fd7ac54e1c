package tenon_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

func TestSet(t *testing.T) {
	leak.Check(t)
	var set tenon.Set
	roles := []string{"plugin", "exit3", "plugin", "panic", "plugin"}
	for i, role := range roles {
		c := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: program(role)})
		if err := set.Add(fmt.Sprintf("%s-%d", role, i), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := set.Add("plugin-0", nil); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a name twice: %v", err)
	}
	err := set.Start(t.Context())
	var one *tenon.SetError
	if !errors.As(err, &one) || one.Name != "exit3-1" || !strings.Contains(err.Error(), "\npanic-3: ") {
		t.Errorf("got %v", err)
	}
	as[*tenon.StartError](t, err)
	var ready, failed []string
	for name, c := range set.All() {
		if c.State() == tenon.Ready {
			ready = append(ready, name)
		} else {
			failed = append(failed, name)
		}
	}
	if fmt.Sprint(ready, failed) != "[plugin-0 plugin-2 plugin-4] [exit3-1 panic-3]" {
		t.Errorf("ready: %v, failed: %v", ready, failed)
	}
	if set.Get("plugin-2") == nil || set.Get("nobody") != nil {
		t.Error("Get is wrong")
	}
	if err := set.Close(); err != nil {
		t.Error(err)
	}
	for name, c := range set.All() {
		if c.State() != tenon.Stopped {
			t.Errorf("%s is %v", name, c.State())
		}
	}
}
