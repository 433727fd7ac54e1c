package directtransport_test

import (
	"testing"

	"github.com/tenon-dev/tenon/core/transport/directtransport"
	"github.com/tenon-dev/tenon/core/transport/transporttest"
)

func TestConformance(t *testing.T) {
	transporttest.Run(t, directtransport.New())
}
