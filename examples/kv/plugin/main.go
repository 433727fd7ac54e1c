// Command plugin keeps values in a file.
package main

import (
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/examples/kv/kv"
)

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:   kv.StoreCookie,
		Services: tenon.Services{"kv": kv.StoreService(NewFileStore)},
		Codecs:   kv.Codecs,
	})
}
