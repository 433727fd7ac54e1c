// Package web is what the host and the plugin of the example reverse-proxy share.
package web

import (
	"context"
	"net"

	tenon "github.com/tenon-dev/tenon/core"
)

// Cookie tells the plugin that a host started it, and not a person.
var Cookie = tenon.Cookie{Key: "REVERSE_PROXY_PLUGIN", Value: "4b7fd10c-web"}

// Client is how the host sees the plugin.
type Client struct {
	// Dial opens a connection to the web server inside of the plugin. It listens
	// nowhere else.
	Dial func(ctx context.Context) (net.Conn, error)
}
