package smuxtransport_test

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/tenon-dev/tenon/core/transport"
	smuxtransport "github.com/tenon-dev/tenon/transport-smux"
)

// A user only names the transport. This is what Tenon does with it.
func Example() {
	hostLink, pluginLink := net.Pipe()
	tr := smuxtransport.New(smuxtransport.StreamBuffer(256 << 10))
	fmt.Println(tr.Name())

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
	done := make(chan struct{})
	go func() {
		defer close(done)
		in, err := plugin.Accept(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		text, err := io.ReadAll(in)
		fmt.Printf("%s (error: %v)\n", text, err)
	}()
	out, err := host.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(out, "hello")
	out.Close()
	<-done
	// Output:
	// smux/2
	// hello (error: <nil>)
}
