package tenon

import (
	"runtime/debug"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A Description is what a plugin says of itself without a host: its flag --describe
// prints it as JSON.
type Description struct {
	Format     string             `json:"format"` // what this is, and its version: the mark by which a file is known for a plugin
	Name       string             `json:"name"`
	Cookie     Cookie             `json:"cookie"` // what a host must set to start it
	Release    string             `json:"release,omitempty"`
	Versions   []int              `json:"versions"` // protocol versions, the highest first
	Transports []string           `json:"transports"`
	Codecs     []string           `json:"codecs"`
	Catalogues map[int]*Catalogue `json:"catalogues"` // what it serves, by protocol version
}

// descriptionFormat marks a description, and every program that can make one: hosts
// look for it in files before they run them.
const descriptionFormat = "tenon-plugin-description-5e0c9d1b/1"

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
		Format: descriptionFormat,
		Name:   cfg.standaloneName(), Cookie: cfg.Cookie, Release: cfg.release(),
		Transports: names(d.transports), Codecs: names(d.codecs),
		Catalogues: map[int]*Catalogue{},
	}
	for version, services := range versions {
		// The highest stands first. There are few, and nothing else in a plugin sorts
		// numbers: slices.Sort would add 10 KB to each.
		all.Versions = append(all.Versions, version)
		for i := len(all.Versions) - 1; i > 0 && all.Versions[i-1] < version; i-- {
			all.Versions[i-1], all.Versions[i] = version, all.Versions[i-1]
		}
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
