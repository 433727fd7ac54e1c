package goplugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"

	"github.com/tenon-dev/tenon/compat-goplugin/internal/cert"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/line"
	"github.com/tenon-dev/tenon/compat-goplugin/runner"
	"github.com/tenon-dev/tenon/core/launch"
)

// launch starts the plugin, or attaches to it, and returns how to connect to it. final
// says that an error cannot be mended by another attempt.
func (c *Client) launch(ctx context.Context) (l *link, final bool, err error) {
	if err := c.config.validate(); err != nil {
		return nil, false, err
	}
	if c.config.Reattach != nil {
		l, err = c.reattach()
		return l, false, err
	}
	s := &starting{client: c, link: &link{tls: c.config.TLSConfig, translate: sameWorld{}}}
	if c.config.UnixSocketConfig != nil {
		s.link.sockets = *c.config.UnixSocketConfig
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.StartTimeout)
	defer cancel()
	if err := s.run(ctx); err != nil {
		s.abandon()
		if cause := context.Cause(ctx); errors.Is(cause, errKilled) {
			err = cause
		}
		return nil, c.config.Cmd != nil && c.config.Cmd.Process != nil, err
	}
	return s.link, false, nil
}

// A starting is a start that is under way.
type starting struct {
	client  *Client
	cmd     *exec.Cmd
	link    *link
	outputs *outputs
	process *process
}

func (s *starting) run(ctx context.Context) error {
	cfg := &s.client.config
	if s.cmd = cfg.Cmd; s.cmd == nil {
		s.cmd = exec.Command("") // the Runner gets its environment
	}
	if cfg.SecureConfig != nil {
		ok, err := cfg.SecureConfig.Check(s.cmd.Path)
		if err != nil {
			return fmt.Errorf("verify the checksum of %s: %w", s.cmd.Path, err)
		}
		if !ok {
			return ErrChecksumsDoNotMatch
		}
	}
	env, err := s.environ()
	if err != nil {
		return err
	}
	if cfg.RunnerFunc != nil {
		err = s.runRunner(ctx, env)
	} else {
		err = s.runCommand(ctx, env)
	}
	if err != nil {
		return err
	}
	c := s.client
	c.mu.Lock()
	c.process = s.process
	c.mu.Unlock()
	s.link.ctx, s.link.grace = s.process.ctx, s.process.awaitDeath
	return s.hear(ctx)
}

// environ returns what the plugin is told, and makes the host's certificate.
func (s *starting) environ() ([]string, error) {
	cfg := &s.client.config
	offer := line.Offer{
		CookieKey: cfg.MagicCookieKey, CookieValue: cfg.MagicCookieValue,
		MinPort: cfg.MinPort, MaxPort: cfg.MaxPort,
		Versions: sortedVersions(cfg.versions()), Multiplex: cfg.GRPCBrokerMultiplex,
	}
	if cfg.AutoMTLS {
		pair, err := cert.New()
		if err != nil {
			return nil, err
		}
		s.link.tls = pair.Config(nil)
		offer.Certificate = pair.PEM()
	}
	env := offer.Environ()
	if s.link.sockets.Group != "" {
		env = append(env, EnvUnixSocketGroup+"="+s.link.sockets.Group)
	}
	return env, nil
}

// hostEnv is what the plugin gets of the host's environment.
func (s *starting) hostEnv() []string {
	if s.client.config.SkipHostEnv {
		return nil
	}
	return hostEnv()
}

// runCommand starts the plugin as a child process, in the host's own process group and
// with its standard input, as hosts of this family expect.
func (s *starting) runCommand(ctx context.Context, env []string) error {
	log := s.client.log
	switch {
	case s.cmd.Process != nil:
		return errors.New("exec: already started: the Cmd of this client was used before; make a new one for each client")
	case s.cmd.Stdout != nil || s.cmd.Stderr != nil:
		return errors.New("exec: Stdout already set: the plugin answers on it; take its output from Stderr, SyncStdout and SyncStderr")
	}
	s.cmd.Env = append(s.hostEnv(), s.cmd.Env...)
	s.outputs = newOutputs(&s.client.config, s.cmd.Path)
	log.Debug("starting plugin", "path", s.cmd.Path, "args", s.cmd.Args)
	p, err := launch.Command(s.cmd.Path,
		launch.Using(s.cmd), launch.Unlinked(), launch.Group(false), launch.Survivors(true),
		launch.Env(launch.NoEnv()), launch.Stdin(os.Stdin),
	).Launch(ctx, launch.Request{Env: env, Stdout: s.outputs.stdout, Stderr: s.outputs.stderr})
	if err != nil {
		return err
	}
	log.Debug("plugin started", "path", s.cmd.Path, "pid", p.Info().PID)
	s.process = newProcess(commandRunner{Process: p}, s.cmd.Path)
	s.process.diagnose = func(context.Context) string { return launch.Diagnose(s.cmd.Path) }
	go func() {
		err := s.process.Wait(context.Background())
		s.outputs.end()
		s.client.ended(s.process, err)
	}()
	return nil
}

// runRunner has the host's own Runner start the plugin.
func (s *starting) runRunner(ctx context.Context, env []string) error {
	sockets := &s.link.sockets
	dir, err := os.MkdirTemp(sockets.TempDir, "plugin-dir")
	if err != nil {
		return fmt.Errorf("make a directory for the plugin's sockets: %w", err)
	}
	sockets.socketDir = dir
	if sockets.Group != "" {
		if err := giveToGroup(dir, sockets.Group, 0o770); err != nil {
			return err
		}
	}
	s.cmd.Env = slices.Concat(s.hostEnv(), s.cmd.Env, env, []string{EnvUnixSocketDir + "=" + dir})
	r, err := s.client.config.RunnerFunc(s.client.log, s.cmd, dir)
	if err != nil {
		return err
	}
	if err := r.Start(ctx); err != nil {
		return err
	}
	s.outputs = newOutputs(&s.client.config, r.Name())
	s.link.translate = r
	s.process = newProcess(r, r.Name())
	s.process.diagnose = r.Diagnose
	go s.watchRunner(r)
	return nil
}

// watchRunner reads a Runner's outputs to their ends, and then waits for the plugin's:
// a Runner made of an exec.Cmd closes its pipes when it is waited for.
func (s *starting) watchRunner(r runner.Runner) {
	read := make(chan struct{})
	go func() {
		defer close(read)
		copyOutput(s.outputs.stdout, r.Stdout(), s.client.log)
		s.outputs.endStdout()
	}()
	copyOutput(s.outputs.stderr, r.Stderr(), s.client.log)
	<-read
	err := r.Wait(context.Background())
	s.outputs.end()
	s.client.ended(s.process, err)
}

// abandon ends what a failed start has left.
func (s *starting) abandon() {
	if s.process != nil {
		s.client.forceEnd(s.process)
		s.client.forget(s.process)
	}
	if dir := s.link.sockets.socketDir; dir != "" {
		os.RemoveAll(dir)
	}
}
