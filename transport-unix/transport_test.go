//go:build linux

package unixtransport

import (
	"testing"

	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

// TestConformance holds the driver to the contract.
func TestConformance(t *testing.T) { transporttest.Run(t, New()) }
