//go:build linux

package unixtransport_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/tenon-dev/tenon/core/transport"
	unixtransport "github.com/tenon-dev/tenon/transport-unix"
)

// A user only names the transport. This is what Tenon does with it.
func Example() {
	hostLink, pluginLink, err := link()
	if err != nil {
		fmt.Println(err)
		return
	}
	tr := unixtransport.New()
	fmt.Println(tr.Name(), tr.Supports(hostLink))

	host, err := tr.Session(hostLink, transport.Config{Side: transport.Host})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer host.Close()
	plugin, err := tr.Session(pluginLink, transport.Config{Side: transport.Plugin})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer plugin.Close()

	ctx := context.Background()
	out, err := host.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(out, "hello")
	out.Close()

	in, err := plugin.Accept(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := io.ReadAll(in)
	fmt.Printf("%s (error: %v)\n", text, err)
	// Output:
	// unix/1 true
	// hello (error: <nil>)
}

// link returns the two ends of a unix socket, which host and plugin have from
// the start.
func link() (host, plugin net.Conn, err error) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if host, err = net.Dial("unix", l.Addr().String()); err != nil {
		return nil, nil, err
	}
	plugin, err = l.Accept()
	return host, plugin, err
}
