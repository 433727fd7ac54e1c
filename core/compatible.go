package tenon

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/rpc"
)

// An IncompatibleError is why a swap is refused: what is in use of the old plugin
// would not work with the new one.
type IncompatibleError struct {
	Plugin  string       // the new one
	Reason  string       // where it is no question of services; "" otherwise
	Changes []rpc.Change // what breaks
}

// Error lists what breaks.
func (e *IncompatibleError) Error() string {
	if e.Reason != "" {
		return visible.Text(fmt.Sprintf("the plugin %s cannot take the place of the one that runs: %s", e.Plugin, e.Reason))
	}
	var lines []string
	for _, c := range e.Changes {
		lines = append(lines, c.String())
	}
	return visible.Text(fmt.Sprintf("the plugin %s cannot take the place of the one that runs: it %s", e.Plugin, strings.Join(lines, "; ")))
}

// compatible reports what of that which is in use would not work in next. old is
// nil where it does not run any more, and was says what it had agreed.
func (c *Client) compatible(ctx context.Context, old *run, was Info, next *run) error {
	refuse := func(format string, args ...any) error {
		return &IncompatibleError{Plugin: next.info.Path, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case next.peer == nil:
		return refuse("it speaks %s, and objects cannot move there", next.info.Dialect)
	case was.Dialect != "":
		return refuse("that one speaks %s, and what it dispensed cannot move", was.Dialect)
	case next.info.Version != was.Version:
		return refuse("protocol version %d was agreed with it, and %d with that one", next.info.Version, was.Version)
	}
	offered, err := next.peer.Describe(ctx)
	if err != nil {
		return fmt.Errorf("ask the new plugin what it serves: %w", err)
	}
	used := &Catalogue{}
	names := c.inUse()
	if old != nil {
		if all, err := old.peer.Describe(ctx); err == nil {
			used.Services = all.Services
			used.Services = slices.DeleteFunc(used.Services, func(s rpc.ServiceInfo) bool { return !slices.Contains(names, s.Name) })
			names = nil
		}
	}
	for _, name := range names { // the old one cannot be asked: that they are there is all that can be held
		used.Services = append(used.Services, rpc.ServiceInfo{Name: name})
	}
	if broken := rpc.Broken(rpc.Compare(used, offered)); len(broken) > 0 {
		return &IncompatibleError{Plugin: next.info.Path, Changes: broken}
	}
	return nil
}

// inUse returns the names of the services of which there are open objects.
func (c *Client) inUse() []string {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	return slices.Sorted(maps.Keys(c.life.uses))
}

// use counts an object of a service, and returns what counts it out.
func (c *Client) use(service string) (unused func()) {
	l := &c.life
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.uses == nil {
		l.uses = map[string]int{}
	}
	l.uses[service]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.uses[service]--; l.uses[service] == 0 {
			delete(l.uses, service)
		}
	}
}
