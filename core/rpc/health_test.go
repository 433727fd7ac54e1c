package rpc

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

type patient struct{ trouble error }

func (p *patient) Health(context.Context) error { return p.trouble }

func TestHealth(t *testing.T) {
	service := func(trouble error) *Service {
		return NewService(func(context.Context, struct{}) (*patient, error) { return &patient{trouble}, nil })
	}
	p := newPair(t, Config{}, Config{Services: map[string]*Service{
		"well":   service(nil),
		"unwell": service(Errorf(Unavailable, "the disk is full")),
		"silent": newStoreService(nil),
		"empty":  service(errors.New("")),
	}})
	for _, name := range []string{"well", "unwell", "silent", "empty"} {
		p.dispense(t, name)
	}
	reports, err := p.host.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range reports {
		got[r.Service] = r.Reason
	}
	if len(got) != 3 || got["well"] != "" || got["unwell"] != "the disk is full" || got["empty"] == "" {
		t.Errorf("got %v", got)
	}
}

type fainter struct{}

func (*fainter) Health(context.Context) error { panic("no pulse") }

// TestHealthThatPanics: others are asked all the same, and all can be released.
func TestHealthThatPanics(t *testing.T) {
	p := newPair(t, Config{}, Config{Services: map[string]*Service{
		"a well": NewService(func(context.Context, struct{}) (*patient, error) { return &patient{}, nil }),
		"b bad":  NewService(func(context.Context, struct{}) (*fainter, error) { return &fainter{}, nil }),
		"c well": NewService(func(context.Context, struct{}) (*patient, error) { return &patient{}, nil }),
	}})
	objects := p.plugin.Stats().Objects
	var all []*Object
	for _, name := range []string{"a well", "b bad", "c well"} {
		all = append(all, p.dispense(t, name))
	}
	reports, err := p.host.Health(t.Context())
	if err != nil || len(reports) != 3 || reports[0].Reason != "" || !strings.Contains(reports[1].Reason, "no pulse") || reports[2].Reason != "" {
		t.Errorf("got %+v, %v", reports, err)
	}
	for _, o := range all {
		o.Close()
	}
	for deadline := time.Now().Add(10 * time.Second); p.plugin.Stats().Objects > objects; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d objects stay", p.plugin.Stats().Objects-objects)
		}
	}
}
