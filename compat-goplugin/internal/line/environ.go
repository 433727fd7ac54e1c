package line

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The variables in which a host tells its plugin what it needs.
const (
	EnvMinPort    = "PLUGIN_MIN_PORT"
	EnvMaxPort    = "PLUGIN_MAX_PORT"
	EnvVersions   = "PLUGIN_PROTOCOL_VERSIONS"
	EnvClientCert = "PLUGIN_CLIENT_CERT"
	EnvMultiplex  = "PLUGIN_MULTIPLEX_GRPC"
)

// An Offer is what a host tells its plugin through the environment.
type Offer struct {
	CookieKey, CookieValue string
	MinPort, MaxPort       uint
	Versions               []int
	Multiplex              bool
	Certificate            []byte // as PEM; nil: no AutoMTLS
}

// Environ returns the offer as variables.
func (o Offer) Environ() []string {
	versions := make([]string, 0, len(o.Versions))
	for _, v := range slices.Sorted(slices.Values(o.Versions)) {
		versions = append(versions, strconv.Itoa(v))
	}
	env := []string{
		o.CookieKey + "=" + o.CookieValue,
		fmt.Sprintf("%s=%d", EnvMinPort, o.MinPort),
		fmt.Sprintf("%s=%d", EnvMaxPort, o.MaxPort),
		EnvVersions + "=" + strings.Join(versions, ","),
	}
	if o.Multiplex {
		env = append(env, EnvMultiplex+"=true")
	}
	if o.Certificate != nil {
		env = append(env, fmt.Sprintf("%s=%s", EnvClientCert, o.Certificate))
	}
	return env
}
