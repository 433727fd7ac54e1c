package dynamic_test

import (
	"context"
	"errors"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/tenontest"
)

type disk struct{ trouble error }

func (d disk) Size() int { return 1 }

func (d disk) Health(context.Context) error { return d.trouble }

type plain struct{}

func (plain) Size() int { return 2 }

// TestHealthOfReflectedServices wants the health of a value to be asked for also
// where its service is made by reflection.
func TestHealthOfReflectedServices(t *testing.T) {
	client := tenontest.Serve(t, tenon.Services{
		"full":  dynamic.Service(disk{errors.New("the disk is full")}),
		"well":  dynamic.Service(disk{}),
		"plain": dynamic.Service(plain{}),
	})
	for _, name := range []string{"full", "well", "plain"} {
		var size int
		if err := dynamic.Call(t.Context(), client, name+".Size", &size); err != nil || size == 0 {
			t.Fatalf("%s: %d, %v", name, size, err)
		}
		if _, err := client.Dispense(t.Context(), name, nil); err != nil {
			t.Fatal(err)
		}
	}
	reports, err := client.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range reports {
		got[r.Service] = r.Reason
	}
	if len(got) != 2 || got["full"] != "the disk is full" || got["well"] != "" {
		t.Errorf("got %v", got)
	}
}
