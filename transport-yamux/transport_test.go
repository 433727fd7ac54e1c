package yamuxtransport

import (
	"testing"

	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

func TestConformance(t *testing.T) { transporttest.Run(t, New()) }
