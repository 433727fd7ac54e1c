package rpctest

import (
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/internal/leak"
	"github.com/tenon-dev/tenon/core/transport"
)

// hangGuard bounds what must not take long at all.
const hangGuard = 3 * time.Minute

// Run runs every case over tr, as subtests. It must not be called in parallel with
// other tests of the same process, because it counts goroutines and descriptors.
func Run(t *testing.T, tr transport.Transport) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*testing.T, transport.Transport)
	}{
		{"handlers at work", testHandlersAtWork},
		{"streams", testStreams},
		{"the opener speaks first", testOpenerSpeaksFirst},
		{"a sequence that is left", testLeftEarly},
		{"a slow consumer", testSlowConsumer},
		{"bytes", testBytes},
		{"a connection", testConnection},
		{"a connection that is half closed", testHalfClosed},
		{"deadlines of a connection", testConnectionDeadlines},
		{"a connection that takes no more", testTakesNoMore},
		{"a connection that is closed unread", testClosedUnread},
		{"a reference is passed on", testPassedOn},
		{"unread and full streams", testUnreadAndFull},
		{"ten thousand streams", testTenThousand},
		{"a peer that stops reading", testStopsReading},
		{"a peer that sends after the end", testSendsAfterEnd},
		{"streams that never speak", testNeverSpeaks},
		{"streams that are never opened", testNeverOpened},
		{"a stream that is cut", testCutStream},
		{"a link that is cut", testCutLink},
		{"references to nothing", testReferencesToNothing},
		{"references of the wrong kind", testWrongKinds},
		{"a flood of callbacks", testFloodOfCallbacks},
		{"a release before there is a control lane", testEarlyRelease},
		{"a frame that does not belong", testForeignFrame},
	} {
		t.Run(c.name, func(t *testing.T) {
			leak.Check(t)
			c.run(t, tr)
		})
	}
}
