//go:build linux && race

package unixtransport

import "sync/atomic"

// crossings tells the race detector what the kernel does by itself: what happened before a
// write is seen after the read of its bytes, also when they came by way of another
// process. The package syscall does the same for its Read and Write.
var crossings atomic.Uint64

func release() { crossings.Add(1) }
func acquire() { crossings.Load() }
