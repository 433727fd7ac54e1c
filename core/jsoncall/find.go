package jsoncall

import (
	"strings"

	"github.com/tenon-dev/tenon/core/rpc"
)

// Find returns what a name means in a catalogue: "service.Method", or "Method" of the
// default service. The error is an [*UnknownError].
func Find(c *rpc.Catalogue, name string) (rpc.ServiceInfo, rpc.MethodInfo, error) {
	service, method := c.Default, name
	if i := strings.LastIndexByte(name, '.'); i >= 0 { // services may have dots in their names
		service, method = name[:i], name[i+1:]
	}
	var known []string
	for _, s := range c.Services {
		for _, m := range s.Methods {
			if s.Name == service && m.Name == method {
				return s, m, nil
			}
			known = append(known, s.Name+"."+m.Name)
		}
	}
	unknown := &UnknownError{What: "method", Name: name, Known: known}
	full := name
	if service != "" && !strings.HasPrefix(name, service+".") {
		full = service + "." + method
	}
	unknown.Nearest = rpc.Nearest(full, known)
	return rpc.ServiceInfo{}, rpc.MethodInfo{}, unknown
}

// findService returns the service of a name, the default one for "".
func findService(c *rpc.Catalogue, name string) (rpc.ServiceInfo, error) {
	if name == "" {
		name = c.Default
	}
	var known []string
	for _, s := range c.Services {
		if s.Name == name {
			return s, nil
		}
		known = append(known, s.Name)
	}
	return rpc.ServiceInfo{}, &UnknownError{What: "service", Name: name, Nearest: rpc.Nearest(name, known), Known: known}
}
