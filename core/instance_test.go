package tenon

import (
	"net"
	"testing"

	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/internal/hello"
)

// The answer's instance names the process, whichever of its hosts asks.
func TestInstanceNamesTheProcess(t *testing.T) {
	instance := func() string {
		host, plugin := net.Pipe()
		served := make(chan error, 1)
		cfg := ServeConfig{Cookie: Cookie{Key: "X_PLUGIN", Value: "x"}, Services: Services{"x": dynamic.Service(instanceService{})}}
		go func() { served <- ServeConn(t.Context(), plugin, cfg) }()
		offer, err := hello.Append(nil, &hello.Offer{Tenon: 1, Versions: []int{1}, Transports: []string{"direct/1"}, Codecs: []string{"json"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := host.Write(offer); err != nil {
			t.Fatal(err)
		}
		var answer hello.Answer
		if err := hello.Read(host, &answer); err != nil {
			t.Fatal(err)
		}
		host.Close()
		<-served
		return answer.Instance
	}
	if a, b := instance(), instance(); a == "" || a != b {
		t.Errorf("it is %q for one host, and %q for the next", a, b)
	}
}

type instanceService struct{}

func (instanceService) Ping() string { return "pong" }
