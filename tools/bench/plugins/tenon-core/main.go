// Command tenon-core is a Tenon plugin that links the core module alone.
package main

import "github.com/tenon-dev/tenon/tools/bench/internal/tenonecho"

func main() { tenonecho.Serve(tenonecho.Service(), nil, nil) }
