package tenon_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/leak"
)

// playCaller is a plugin that calls its host: from handlers, while an object is
// made, and unasked.
func playCaller() {
	tenon.Main(tenon.ServeConfig{
		Cookie:   cookie,
		Services: tenon.Services{"caller": dynamic.New(newCallerService)},
		Background: func(ctx context.Context, host *tenon.Host) {
			var n notesFuncs
			if err := dynamic.Bind(ctx, host, "notes", &n); err != nil {
				return // a host that offers nothing
			}
			for i := range 3 {
				if err := n.Write(ctx, fmt.Sprint("background ", i)); err != nil {
					return
				}
			}
			<-host.Done()
			<-ctx.Done()
		},
	})
}

type notesFuncs struct {
	Write func(ctx context.Context, text string) error
}

type callerService struct {
	host  *tenon.Host
	notes notesFuncs
}

func newCallerService(ctx context.Context, _ struct{}) (*callerService, error) {
	host, ok := tenon.HostFrom(ctx)
	if !ok {
		return nil, errors.New("no host in New")
	}
	s := &callerService{host: host}
	if err := dynamic.Bind(ctx, host, "notes", &s.notes); err != nil {
		return nil, err
	}
	return s, s.notes.Write(ctx, "new")
}

// Ask calls the host while it serves a call of the host.
func (s *callerService) Ask(ctx context.Context, text string) error {
	host, ok := tenon.HostFrom(ctx)
	if !ok {
		return errors.New("no host in a handler")
	}
	var n notesFuncs
	if err := dynamic.Bind(ctx, host, "notes", &n); err != nil {
		return err
	}
	return errors.Join(n.Write(ctx, "asked "+text), s.notes.Write(ctx, "kept "+text))
}

// Nobody asks for what the host does not offer.
func (s *callerService) Nobody(ctx context.Context) error {
	_, err := tenon.Dispense(ctx, s.host, "nobody", tenon.Plugin[*tenon.Object]{New: func(o *tenon.Object) *tenon.Object { return o }}, nil)
	return err
}

func (s *callerService) Offered(ctx context.Context) ([]string, error) {
	c, err := s.host.Describe(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, service := range c.Services {
		names = append(names, service.Name)
	}
	return names, nil
}

type callerFuncs struct {
	Ask     func(context.Context, string) error
	Nobody  func(context.Context) error
	Offered func(context.Context) ([]string, error)
}

// notes is what the host offers.
type notes struct {
	mu    sync.Mutex
	lines []string
	third chan struct{} // closed with the third line of the plugin's background
}

func (n *notes) Write(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, text)
	if text == "background 2" {
		close(n.third)
	}
}

func (n *notes) count(text string) (count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.lines {
		if l == text {
			count++
		}
	}
	return count
}

func TestServicesOfTheHost(t *testing.T) {
	leak.Check(t)
	n := &notes{third: make(chan struct{})}
	var stderr synced
	c := newClient(t, "caller", func(cfg *tenon.ClientConfig) {
		cfg.Services = tenon.Services{"notes": dynamic.Service(n)}
		cfg.Stderr = &stderr
	})
	var caller callerFuncs
	if err := dynamic.Bind(t.Context(), c, "caller", &caller); err != nil {
		t.Fatal(err)
	}
	if n.count("new") != 1 {
		t.Errorf("New wrote %q", n.lines)
	}
	const asks = 20
	var wg sync.WaitGroup
	for range asks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := caller.Ask(t.Context(), "x"); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	if n.count("asked x") != asks || n.count("kept x") != asks {
		t.Errorf("the handlers wrote %q", n.lines)
	}
	<-n.third
	if err := caller.Nobody(t.Context()); !errors.Is(err, tenon.NotFound) || !strings.Contains(err.Error(), "this host serves notes") {
		t.Errorf("a service that the host does not have: %v", err)
	}
	if names, err := caller.Offered(t.Context()); err != nil || fmt.Sprint(names) != "[notes]" {
		t.Errorf("the host offers %v, %v", names, err)
	}
	c.Close()
	if text := stderr.String(); text != "" { // the plugin's Background has ended in time
		t.Errorf("the plugin prints %q", text)
	}
}

func TestHostWithoutServices(t *testing.T) {
	leak.Check(t)
	c := newClient(t, "caller", nil)
	_, err := c.Dispense(t.Context(), "caller", nil)
	if !errors.Is(err, tenon.NotFound) || !strings.Contains(err.Error(), "this host serves none") {
		t.Errorf("got %v", err)
	}
}

func TestNoHostElsewhere(t *testing.T) {
	if _, ok := tenon.HostFrom(t.Context()); ok {
		t.Error("a host in a context that belongs to no call")
	}
}
