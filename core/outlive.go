package tenon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenon-dev/tenon/core/internal/hello"
	"github.com/tenon-dev/tenon/core/internal/proof"
	"github.com/tenon-dev/tenon/core/launch"
)

// Outlive asks a plugin to live on when its host has ended, so that the next host
// can attach to it. The package reattach has what goes with it.
type Outlive struct {
	// Secret is what the next host must know, made by reattach.Secret. Nil: the plugin
	// ends with its host.
	Secret []byte

	// For is how long the plugin waits for another host before it ends by itself.
	// Default: an hour. Below zero: for ever.
	For time.Duration
}

// Format implements [fmt.Formatter]: whatever the verb, it does not show the secret.
func (o Outlive) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), struct {
		Secret string
		For    time.Duration
	}{proof.Hidden(o.Secret), o.For})
}

// LogValue implements [slog.LogValuer], likewise.
func (o Outlive) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("secret", o.Secret != nil), slog.Duration("for", o.For))
}

const defaultOutliveFor = time.Hour

// AttachInfo is what another host needs to attach to a plugin that outlives this
// one. Its JSON holds the secret: keep it where only this user can read it.
type AttachInfo struct {
	Plugin  string          `json:"plugin"`  // what the launcher called it
	Address string          `json:"address"` // of the unix socket at which it waits
	Secret  []byte          `json:"secret"`
	Process launch.Identity `json:"process"`
	Dir     string          `json:"dir,omitempty"` // with its output, and the socket
}

// Format implements [fmt.Formatter]: whatever the verb, it does not show the secret.
func (a AttachInfo) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), struct {
		Plugin, Address, Secret string
		Process                 launch.Identity
		Dir                     string
	}{a.Plugin, a.Address, proof.Hidden(a.Secret), a.Process, a.Dir})
}

// LogValue implements [slog.LogValuer], likewise.
func (a AttachInfo) LogValue() slog.Value {
	return slog.GroupValue(slog.String("plugin", a.Plugin), slog.String("address", a.Address), slog.Any("process", a.Process), slog.String("dir", a.Dir))
}

// A Releaser is what a [launch.Process] has that can be left to itself: it closes Done
// without ending the process, and Kill and Terminate do nothing from then on.
type Releaser interface {
	Release()
}

// reattached is a process that another host has started.
type reattached interface{ AttachInfo() AttachInfo }

// AttachInfo returns what another host needs to attach to the plugin, when this one
// has ended or was detached. It starts nothing.
func (c *Client) AttachInfo() (AttachInfo, error) {
	r, err := c.current()
	if err != nil {
		return AttachInfo{}, err
	}
	if r.attach == nil {
		return AttachInfo{}, Errorf(FailedPrecondition, "%s", r.notKept)
	}
	return *r.attach, nil
}

// Detach ends the client and leaves the plugin to the next host, which gets what is
// returned. Calls in flight fail.
func (c *Client) Detach() (AttachInfo, error) {
	info, err := c.AttachInfo()
	if err != nil {
		return AttachInfo{}, err
	}
	_, s, all := c.stopping()
	if s != nil {
		<-s.done
	}
	for _, r := range all {
		if r.attach == nil {
			r.kill()
			r.end()
			continue
		}
		r.process.(Releaser).Release()
		r.peer.CloseBecause(ErrStopped)
	}
	<-c.life.ended
	return info, nil
}

// keep returns what the plugin is told about outliving this host; nil for nothing.
func (c *Client) keep(r *run, probe bool) *hello.Keep {
	dir := r.process.Info().Dir
	if _, again := r.process.(reattached); again || c.cfg.Outlive.Secret == nil || probe || dir == "" {
		return nil
	}
	k := &hello.Keep{Dir: dir, Secret: c.cfg.Outlive.Secret}
	if d := c.cfg.Outlive.For; d == 0 {
		k.Seconds = int64(defaultOutliveFor / time.Second)
	} else if d > 0 {
		k.Seconds = max(1, int64(d/time.Second))
	}
	return k
}

// kept notes whether the plugin will outlive this host, and how it is found then.
func (r *run) kept(asked *hello.Keep, answer hello.Answer) {
	if again, ok := r.process.(reattached); ok {
		info := again.AttachInfo()
		r.attach = &info
		return
	}
	identity, err := launch.Identify(r.info.PID)
	_, releasable := r.process.(Releaser)
	switch {
	case asked == nil:
		r.notKept = "the plugin was not asked to outlive its host: set ClientConfig.Outlive, and use a launcher that can leave its process to itself, such as launch.Command"
	case answer.Kept == "":
		r.notKept = "the plugin cannot outlive its host: set ServeConfig.Keeper in it; where that is set, its ServeConfig.Logger was told why"
	case err != nil:
		r.notKept = err.Error()
	case !releasable:
		r.notKept = "its launcher cannot leave the process to itself"
	default:
		r.attach = &AttachInfo{Plugin: r.info.Path, Address: answer.Kept, Secret: asked.Secret, Process: identity, Dir: asked.Dir}
	}
}

// cleared removes the directory of a plugin that has ended.
func (r *run) cleared() {
	if !r.released() {
		launch.RemoveOutput(r.process.Info().Dir)
	}
}

// released reports whether the process was left to itself, or to another host.
func (r *run) released() bool { return r.attach != nil && r.attach.Process.Alive() }

// A Keeper lets a plugin outlive its host. reattach.Keeper is one.
type Keeper interface {
	// Keep begins to listen in dir for hosts that know secret.
	Keep(dir string, secret []byte) (Kept, error)
}

// Kept is where a plugin waits for its next host. Its methods may be called
// concurrently.
type Kept interface {
	// Address is the path of a unix socket.
	Address() string

	// Accept waits for a host that proves itself.
	Accept(ctx context.Context) (net.Conn, error)

	// Close stops listening.
	Close() error
}

// A keeping is a plugin's readiness for its next host.
type keeping struct {
	kept Kept
	dir  string
	wait time.Duration // 0: for ever
}

// startKeeping makes ready for later hosts, where the host asks for it and the
// plugin can.
func (cfg ServeConfig) startKeeping(asked *hello.Keep) *keeping {
	if asked == nil || cfg.Keeper == nil {
		return nil
	}
	kept, err := cfg.Keeper.Keep(asked.Dir, asked.Secret)
	if err != nil {
		if cfg.Logger != nil {
			cfg.Logger.Error("this plugin cannot outlive its host", "error", err)
		}
		return nil
	}
	return &keeping{kept: kept, dir: asked.Dir, wait: time.Duration(asked.Seconds) * time.Second}
}

// serveKept serves one host after the other, until one stops the plugin, or none
// comes in time.
func (cfg ServeConfig) serveKept(ctx context.Context, s *served, k *keeping) error {
	capping, stop := context.WithCancel(ctx)
	var capped sync.WaitGroup
	capped.Go(func() { launch.CapOutput(capping, os.Stdout, os.Stderr) })
	defer capped.Wait()
	defer stop()
	defer k.end()
	err := s.serve(ctx, false)
	for errors.Is(err, ErrHostGone) {
		link, none := k.next(ctx, cfg.waiting)
		if none != nil {
			err = errors.Join(err, none)
			break
		}
		next, refused := cfg.greetHost(ctx, link)
		if refused != nil {
			link.Close()
			if cfg.Logger != nil {
				cfg.Logger.Error("a host that wanted to attach was not served", "error", refused)
			}
			continue
		}
		err = next.serve(ctx, false)
	}
	if errors.Is(err, ErrHostGone) || ctx.Err() != nil { // no host asked for it
		err = withHook(err, cfg.hook.alone(ctx, hookGraceHostGone))
	}
	return err
}

// next waits for the next host.
func (k *keeping) next(ctx context.Context, waiting *atomic.Bool) (net.Conn, error) {
	if waiting != nil {
		waiting.Store(true)
		defer waiting.Store(false)
	}
	if k.wait > 0 && !debugging() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, k.wait, fmt.Errorf("no other host came within %v", k.wait))
		defer cancel()
	}
	link, err := k.kept.Accept(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return link, err
}

// end gives up what was kept.
func (k *keeping) end() error {
	return errors.Join(k.kept.Close(), launch.RemoveOutput(k.dir))
}
