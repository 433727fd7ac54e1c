package rpc

import "strings"

// What live values are called, where the name of a service would stand. Ids mean
// nothing to people, and would make a name of their own for each call.
const (
	funcOf   = "a func of "
	objectOf = "an object of "
)

// liveName names a value that a call of that method passes, which has those methods.
func liveName(service, method string, methods []string) string {
	if len(methods) == 1 && methods[0] == "Call" {
		return funcOf + called(service, method)
	}
	return objectOf + called(service, method)
}

// called names a method of a service, or of a live value, for people.
func called(service, method string) string {
	switch {
	case strings.HasPrefix(service, funcOf):
		return service
	case strings.HasPrefix(service, objectOf):
		return method + " of " + service
	}
	return service + "." + method
}
