// Package backup is what the host and the plugins of the example callbacks share.
package backup

import (
	"context"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/dynamic"
)

// Cookie tells the plugin that a host started it, and not a person.
var Cookie = tenon.Cookie{Key: "CALLBACKS_PLUGIN", Value: "c01d4a2e-callbacks"}

// Codecs are for the values that cross.
var Codecs = []codec.Codec{cborcodec.New()}

// Client is how the host sees the plugin.
type Client struct {
	// Run backs files up and says how far it is. The func can be called until Run
	// returns.
	Run func(ctx context.Context, files []string, progress func(done int, file string)) error

	// Watch tells observer of every later Run, until the observer is released.
	Watch func(ctx context.Context, observer Observer) error

	// Vault returns where the plugin keeps its backups, for others to use.
	Vault func(ctx context.Context) (*Vault, error)

	// CopyTo copies the backups to a vault, which may be anybody's.
	CopyTo func(ctx context.Context, vault *Vault) (string, error)
}

// An Observer is an interface of the host. The plugin sees it as an ObserverFuncs.
type Observer interface {
	Finished(files int)
}

// ObserverFuncs is an Observer on the plugin's side.
type ObserverFuncs struct {
	dynamic.Ref // lets the plugin release it
	Finished    func(ctx context.Context, files int) error
}

// A Vault keeps things. It is an object of the plugin that made it.
type Vault struct {
	dynamic.Ref // lets it come home, and be released
	Owner       func(ctx context.Context) (string, error)
	Store       func(ctx context.Context, name string) error
}

// Secrets is a service of the host, which every plugin may dispense.
type Secrets struct {
	Get func(ctx context.Context, name string) (string, error)
}
