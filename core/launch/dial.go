package launch

import (
	"context"
	"fmt"
	"net"
)

// dialLocal connects to an address that a plugin on this machine announced. The
// plugin is not trusted to send the host anywhere else.
func dialLocal(ctx context.Context, network, address string) (net.Conn, error) {
	switch network {
	case "unix":
	case "tcp":
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, fmt.Errorf("launch: dial the plugin: %w", err)
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, fmt.Errorf("launch: dial the plugin: it announced %q, which is not on this machine's loopback; a plugin elsewhere needs a Launcher of its own", address)
		}
	default:
		return nil, fmt.Errorf("launch: dial the plugin: it announced the network %q; known are unix and tcp", network)
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("launch: dial the plugin: %w", err)
	}
	return conn, nil
}
