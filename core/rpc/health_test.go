package rpc

import (
	"context"
	"errors"
	"testing"
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
