package tenon

import (
	"maps"
	"runtime/debug"
	"slices"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Description is what a plugin says of itself without a host: its flag --describe
// prints it as JSON.
type Description struct {
	Name       string             `json:"name"`
	Release    string             `json:"release,omitempty"`
	Versions   []int              `json:"versions"` // protocol versions, the highest first
	Transports []string           `json:"transports"`
	Codecs     []string           `json:"codecs"`
	Catalogues map[int]*Catalogue `json:"catalogues"` // what it serves, by protocol version
}

// Describe returns what a plugin with this configuration says of itself. It makes
// no object and calls nothing.
func (cfg ServeConfig) Describe() (*Description, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	d, err := newDrivers(cfg.Transports, cfg.Codecs)
	if err != nil {
		return nil, err
	}
	versions := cfg.versions()
	all := &Description{
		Name: cfg.standaloneName(), Release: cfg.release(),
		Versions:   slices.Sorted(maps.Keys(versions)),
		Transports: names(d.transports), Codecs: names(d.codecs),
		Catalogues: map[int]*Catalogue{},
	}
	slices.Reverse(all.Versions)
	for version, services := range versions {
		all.Catalogues[version] = rpc.Describe(services, cfg.Default, d.codecs)
	}
	return all, nil
}

// release is the plugin's release: the configured one, else the version of its
// module, where the build knows it.
func (cfg ServeConfig) release() string {
	if cfg.Release != "" {
		return cfg.Release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return ""
}
