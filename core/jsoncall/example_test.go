package jsoncall_test

import (
	"context"
	"fmt"
	"net"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/jsoncall"
	"github.com/tenon-dev/tenon/core/launch"
)

// calculator is served in this process here; hosts say launch.Command("./calculator").
type calculator struct{}

func (calculator) Add(a, b int8) int { return int(a) + int(b) }

func Example() {
	ctx := context.Background()
	cookie := tenon.Cookie{Key: "CALCULATOR_PLUGIN", Value: "1"}
	plugin := tenon.ServeConfig{Cookie: cookie, Services: tenon.Services{"calc": dynamic.Service(calculator{})}}
	client := tenon.NewClient(tenon.ClientConfig{Cookie: cookie, Launcher: launch.InProcess(func(ctx context.Context, link net.Conn) error {
		return tenon.ServeConn(ctx, link, plugin)
	})})
	defer client.Close()

	catalogue, err := client.Describe(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	service, method, err := jsoncall.Find(catalogue, "calc.Add")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(service.Name, method)
	object, err := jsoncall.Target{From: client, Catalogue: catalogue, Codecs: client.Info().Codecs}.Dispense(ctx, service.Name, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer object.Close()

	sum, err := object.Do(ctx, "Add", jsoncall.Exchange{Args: []byte(`[40, 2]`)})
	fmt.Println(string(sum), err)
	_, err = object.Do(ctx, "Add", jsoncall.Exchange{Args: []byte(`[400, 2]`)})
	fmt.Println(err)
	// Output:
	// calc Add(a0 int8, a1 int8) int
	// 42 <nil>
	// arguments.a0: expected int8 (a whole number from -128 to 127), found the number 400
}
