package tenon

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// The environment variables that an operator may set for a host. Each names one
// of the configured drivers, which is then the only one offered.
const (
	transportEnv = "TENON_TRANSPORT"
	codecEnv     = "TENON_CODEC"
	debugEnv     = "TENON_DEBUG"
)

// debugging reports whether timers are to be stopped, so that a process may
// stand still in a debugger: whatever is set says so, but for 0 and false.
func debugging() bool {
	value := os.Getenv(debugEnv)
	on, err := strconv.ParseBool(value)
	return value != "" && (on || err != nil)
}

// drivers are the transports and codecs of one side, in order of preference.
type drivers struct {
	transports []transport.Transport
	codecs     []codec.Codec
}

// newDrivers copies the lists and fills in the defaults.
func newDrivers(transports []transport.Transport, codecs []codec.Codec) (drivers, error) {
	d := drivers{append([]transport.Transport(nil), transports...), append([]codec.Codec(nil), codecs...)}
	if len(d.transports) == 0 {
		d.transports = []transport.Transport{directtransport.New()}
	}
	if len(d.codecs) == 0 {
		d.codecs = []codec.Codec{jsoncodec.New()}
	}
	for i, t := range d.transports {
		if t == nil {
			return drivers{}, fmt.Errorf("transport %d is nil: leave it out, or make one, such as directtransport.New()", i)
		}
	}
	for i, c := range d.codecs {
		if c == nil {
			return drivers{}, fmt.Errorf("codec %d is nil: leave it out, or make one, such as jsoncodec.New()", i)
		}
	}
	if err := distinct("transport", names(d.transports)); err != nil {
		return drivers{}, err
	}
	return d, distinct("codec", names(d.codecs))
}

func distinct(what string, names []string) error {
	seen := map[string]bool{}
	for _, n := range names {
		if n == "" || len(n) > 64 {
			return fmt.Errorf("a %s has the name %q: it must have between 1 and 64 bytes", what, n)
		}
		if seen[n] {
			return fmt.Errorf("the %s %q is listed twice", what, n)
		}
		seen[n] = true
	}
	return nil
}

// forced returns d as the host's environment wants it.
func (d drivers) forced() (drivers, error) {
	var err error
	if d.transports, err = force(transportEnv, "transport", d.transports); err != nil {
		return drivers{}, err
	}
	d.codecs, err = force(codecEnv, "codec", d.codecs)
	return d, err
}

// force returns the only driver that the variable allows. A name without its
// version ("yamux") stands for the first that has it.
func force[D named](variable, what string, list []D) ([]D, error) {
	want := os.Getenv(variable)
	if want == "" {
		return list, nil
	}
	for _, d := range list {
		name := d.Name()
		if short, _, _ := strings.Cut(name, "/"); want == name || want == short {
			return []D{d}, nil
		}
	}
	return nil, fmt.Errorf("%s=%s asks for a %s that this host does not have: it has %s", variable, want, what, strings.Join(names(list), ", "))
}

type named interface{ Name() string }

func names[D named](list []D) []string {
	var s []string
	for _, d := range list {
		s = append(s, d.Name())
	}
	return s
}

// over returns the names of the transports that can run over link.
func (d drivers) over(link net.Conn) []string {
	var s []string
	for _, t := range d.transports {
		if t.Supports(link) {
			s = append(s, t.Name())
		}
	}
	return s
}

func (d drivers) transport(name string) transport.Transport {
	for _, t := range d.transports {
		if t.Name() == name {
			return t
		}
	}
	return nil
}

// named returns the codecs of those names, in that order.
func (d drivers) named(names []string) []codec.Codec {
	var found []codec.Codec
	for _, n := range names {
		for _, c := range d.codecs {
			if c.Name() == n {
				found = append(found, c)
			}
		}
	}
	return found
}
