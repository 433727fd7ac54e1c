// Command plugin makes believe to back files up, and calls its host while it does.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/examples/callbacks/backup"
)

// server is what the plugin serves.
type server struct {
	vault *vault

	mu        sync.Mutex
	observers []*backup.ObserverFuncs
}

// newServer dispenses a service of the host, as hosts do with those of plugins.
func newServer(ctx context.Context, _ struct{}) (*server, error) {
	host, ok := tenon.HostFrom(ctx)
	if !ok {
		return nil, errors.New("there is no host")
	}
	var secrets backup.Secrets
	if err := dynamic.Bind(ctx, host, "secrets", &secrets); err != nil {
		return nil, err
	}
	owner, err := secrets.Get(ctx, "owner of "+os.Args[1])
	if err != nil {
		return nil, err
	}
	return &server{vault: &vault{owner: owner}}, nil
}

// Run calls the host's func while it works.
func (s *server) Run(ctx context.Context, files []string, progress func(done int, file string)) error {
	for i, f := range files {
		s.vault.Store(f)
		progress(i+1, f)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.observers {
		if err := o.Finished(ctx, len(files)); err != nil {
			return err
		}
	}
	return nil
}

// Watch keeps an interface of the host beyond the call.
func (s *server) Watch(o *backup.ObserverFuncs) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observers = append(s.observers, o)
}

// Vault returns an object of this plugin.
func (s *server) Vault() *backup.Vault {
	return &backup.Vault{
		Owner: func(context.Context) (string, error) { return s.vault.owner, nil },
		Store: func(_ context.Context, name string) error { s.vault.Store(name); return nil },
	}
}

// CopyTo calls an object that another plugin may have made.
func (s *server) CopyTo(ctx context.Context, to *backup.Vault) (string, error) {
	owner, err := to.Owner(ctx)
	if err != nil {
		return "", err
	}
	names := s.vault.names()
	for _, name := range names {
		if err := to.Store(ctx, name); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s gave %s to %s", s.vault.owner, strings.Join(names, ", "), owner), nil
}

type vault struct {
	owner string

	mu     sync.Mutex
	stored []string
}

func (v *vault) Store(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stored = append(v.stored, name)
}

func (v *vault) names() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.stored...)
}

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:   backup.Cookie,
		Services: tenon.Services{"backup": dynamic.New(newServer)},
		Codecs:   backup.Codecs,
	})
}
