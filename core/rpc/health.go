package rpc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
)

// A HealthReporter is a service's value that can say how it fares. Values that do
// not have the method are taken to be well.
type HealthReporter interface {
	// Health returns nil when all is well, else what is wrong. It is called from
	// time to time while other calls run, and must be quick.
	Health(ctx context.Context) error
}

// Health is what one object that the peer serves says of itself.
type Health struct {
	Service string `json:"service"`
	Object  uint64 `json:"object"`
	Reason  string `json:"reason,omitempty"` // what is wrong; "" for nothing
}

// Health asks every object that the peer serves, and that can tell, how it fares.
// An error means that the peer could not be asked.
func (p *Peer) Health(ctx context.Context) ([]Health, error) {
	var reply []Health
	if err := p.root().call(ctx, boundMethod{number: rootHealth}, "Health", nil, &reply, nil); err != nil {
		return nil, err
	}
	return reply, nil
}

func serveHealth(ctx context.Context, impl any, call *Incoming) error {
	p := impl.(*Peer)
	// By what they are sorted by: to sort a slice of them, and of nothing else, would add
	// 20 KB to every plugin.
	told := map[string]Health{}
	for _, e := range p.objects.useAll() {
		if h, ok := reporter(e.impl); ok {
			report := Health{Service: e.name, Object: e.id}
			if err := p.askHealth(ctx, h, e.name); err != nil {
				report.Reason = cut(reason(err))
			}
			told[fmt.Sprintf("%s\x00%020d", e.name, e.id)] = report
		}
		p.objects.put(e)
	}
	reports := make([]Health, 0, len(told))
	for _, key := range slices.Sorted(maps.Keys(told)) {
		reports = append(reports, told[key])
	}
	return call.Reply(reports)
}

// askHealth asks one object. That it panics is how it fares, and does not keep others from
// being asked.
func (p *Peer) askHealth(ctx context.Context, h HealthReporter, name string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			caught := &PanicError{Value: fmt.Sprint(v), Stack: string(debug.Stack())}
			p.log.Error("the method Health of "+name+" panicked", "panic", caught.Value, "stack", caught.Stack)
			err = fmt.Errorf("its method Health panicked: %w", caught)
		}
	}()
	return h.Health(ctx)
}

// reporter returns what reports the health of an object: its value, or the value
// that this one stands for, as where a service is made by reflection.
func reporter(impl any) (HealthReporter, bool) {
	if stand, ok := impl.(interface{ Served() any }); ok {
		impl = stand.Served()
	}
	h, ok := impl.(HealthReporter)
	return h, ok
}

// reason is an error's text, never empty.
func reason(err error) string {
	if e := (*Error)(nil); errors.As(err, &e) && e.Message != "" && err == error(e) {
		return e.Message
	}
	if text := err.Error(); text != "" {
		return text
	}
	return "unwell, and does not say why"
}
