package tenontest_test

import (
	"context"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/tenontest"
)

type store map[string]string

func (s store) Get(key string) (string, error) {
	if v, ok := s[key]; ok {
		return v, nil
	}
	return "", tenon.Errorf(tenon.NotFound, "no key %q", key)
}

func TestServe(t *testing.T) {
	leak.Check(t)
	client := tenontest.Serve(t, tenon.Services{"store": dynamic.Service(store{"answer": "42"})})
	var s struct {
		Get func(context.Context, string) (string, error)
	}
	if err := dynamic.Bind(t.Context(), client, "store", &s); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Get(t.Context(), "answer"); err != nil || v != "42" {
		t.Errorf("got %q, %v", v, err)
	}
	if info := client.Info(); info.Name != t.Name() {
		t.Errorf("the plugin's name is %q", info.Name)
	}
}

func TestOptions(t *testing.T) {
	client := tenontest.Serve(t, tenon.Services{"store": dynamic.Service(store{})}, func(host *tenon.ClientConfig, plugin *tenon.ServeConfig) {
		host.Versions = []int{1, 2, 3}
		plugin.Versions = map[int]tenon.Services{2: plugin.Services}
	})
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := client.Info().Version; v != 2 {
		t.Errorf("version %d", v)
	}
}
