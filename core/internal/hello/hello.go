// Package hello is the negotiation with which every connection between a host
// and a plugin begins: one message each way, the host's first. What the messages
// say and who decides what is here, apart from any I/O but that of reading and
// writing one message.
package hello

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenon-dev/tenon/core/internal/visible"
	"github.com/tenon-dev/tenon/core/rpc"
)

// Version is the version of the hello itself. A side that does not know the
// other's refuses and says so.
const Version = 1

// An Offer is what the host says. The tags of its fields are how they are called on the
// wire, and what is left out; see [Message].
type Offer struct {
	Tenon      int        `json:"tenon"`      // Version
	Versions   []int      `json:"versions"`   // the application's protocol versions
	Transports []string   `json:"transports"` // in order of preference, those that the link supports
	Codecs     []string   `json:"codecs"`     // in order of preference
	Limits     rpc.Limits `json:"limits"`     // the host's own
	Features   []string   `json:"features,omitempty"`
	Debug      bool       `json:"debug,omitempty"`      // timers are stopped
	Generation uint64     `json:"generation,omitempty"` // counts the starts of this plugin by this host, from 1
	Probe      bool       `json:"probe,omitempty"`      // the host only wants to know what the plugin serves
	Keep       *Keep      `json:"keep,omitempty"`       // the plugin is to outlive this host
}

// Keep says how a plugin is to outlive its host.
type Keep struct {
	Dir     string `json:"dir"`     // a private directory, which the plugin removes at its end
	Secret  []byte `json:"secret"`  // what a later host must know; in base64
	Seconds int64  `json:"seconds"` // how long it waits for one; 0: for ever
}

// An Answer is what the plugin says: what it chose, or a refusal.
type Answer struct {
	Tenon     int        `json:"tenon"`
	Version   int        `json:"version,omitempty"`
	Transport string     `json:"transport,omitempty"`
	Codecs    []string   `json:"codecs,omitempty"` // those in common, in the host's order
	Limits    rpc.Limits `json:"limits"`           // the plugin's own
	Features  []string   `json:"features,omitempty"`
	Name      string     `json:"name,omitempty"`     // the plugin's
	Release   string     `json:"release,omitempty"`  // the binary's
	Instance  string     `json:"instance,omitempty"` // names this process, by chance
	Kept      string     `json:"kept,omitempty"`     // the unix socket at which it waits for a later host
	Refusal   *Refusal   `json:"refusal,omitempty"`
}

// A Refusal says why there is nothing to agree on. It is an error.
type Refusal struct {
	Reason string   `json:"reason"`           // for programs: one of the Reasons
	What   string   `json:"what,omitempty"`   // for people: "protocol version", "transport", …
	Host   []string `json:"host,omitempty"`   // what the host has of it
	Plugin []string `json:"plugin,omitempty"` // what the plugin has of it
}

// The reasons of a Refusal.
const (
	NoVersion   = "no_common_version"
	NoTransport = "no_common_transport"
	NoCodec     = "no_common_codec"
	NoHello     = "unknown_hello"
)

// Error says what each side has.
func (r *Refusal) Error() string {
	what := r.What
	if what == "" {
		what = r.Reason
	}
	return visible.Text(fmt.Sprintf("no %s in common: the host has %s; the plugin has %s", what, list(r.Host), list(r.Plugin)))
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// Have is what a plugin brings to the choice.
type Have struct {
	Versions   []int
	Transports []string // those that the link supports
	Codecs     []string
	Limits     rpc.Limits
	Features   []string
	Name       string
	Release    string
	Instance   string
}

// Choose answers an offer: the highest version that both have, the first
// transport and the codecs in the host's order.
func Choose(offer Offer, have Have) Answer {
	a := Answer{
		Tenon: Version, Limits: have.Limits, Name: have.Name, Release: have.Release, Instance: have.Instance,
		Features: common(offer.Features, have.Features),
	}
	if offer.Tenon != Version {
		a.Refusal = &Refusal{Reason: NoHello, What: "version of the handshake", Host: numbers(offer.Tenon), Plugin: numbers(Version)}
		return a
	}
	versions := common(offer.Versions, have.Versions)
	transports := common(offer.Transports, have.Transports)
	a.Codecs = common(offer.Codecs, have.Codecs)
	switch {
	case len(versions) == 0:
		a.Refusal = &Refusal{Reason: NoVersion, What: "protocol version", Host: numbers(offer.Versions...), Plugin: numbers(have.Versions...)}
	case len(transports) == 0:
		a.Refusal = &Refusal{Reason: NoTransport, What: "transport", Host: offer.Transports, Plugin: have.Transports}
	case len(a.Codecs) == 0:
		a.Refusal = &Refusal{Reason: NoCodec, What: "codec", Host: offer.Codecs, Plugin: have.Codecs}
	default:
		a.Version, a.Transport = slices.Max(versions), transports[0]
	}
	return a
}

// Verify reports what is wrong with an answer to offer: a plugin may only choose
// what was offered. A refusal is returned as the error that it is.
func Verify(offer Offer, a Answer) error {
	switch {
	case a.Refusal != nil:
		return a.Refusal
	case a.Tenon != Version:
		return &Refusal{Reason: NoHello, What: "version of the handshake", Host: numbers(Version), Plugin: numbers(a.Tenon)}
	case !slices.Contains(offer.Versions, a.Version):
		return fmt.Errorf("the plugin chose protocol version %d, which was not offered (%s)", a.Version, list(numbers(offer.Versions...)))
	case !slices.Contains(offer.Transports, a.Transport):
		return fmt.Errorf("the plugin chose the transport %q, which was not offered (%s)", a.Transport, list(offer.Transports))
	case len(a.Codecs) == 0:
		return fmt.Errorf("the plugin chose no codec (offered: %s)", list(offer.Codecs))
	}
	for _, c := range a.Codecs {
		if !slices.Contains(offer.Codecs, c) {
			return fmt.Errorf("the plugin chose the codec %q, which was not offered (%s)", c, list(offer.Codecs))
		}
	}
	return nil
}

// common returns what is in both, in the order of a, each once.
func common[T comparable](a, b []T) []T {
	var both []T
	for _, x := range a {
		if slices.Contains(b, x) && !slices.Contains(both, x) {
			both = append(both, x)
		}
	}
	return both
}

func numbers(versions ...int) []string {
	var s []string
	for _, v := range versions {
		s = append(s, fmt.Sprint(v))
	}
	return s
}
