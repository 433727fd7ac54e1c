package tenon

import (
	"strings"
	"testing"

	"github.com/tenon-dev/tenon/core/internal/hello"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"
)

// What is asked of a plugin before its start says that, and who reports what arrived does
// not speak of itself.
func TestWordsForPeople(t *testing.T) {
	c := NewClient(ClientConfig{Cookie: Cookie{Key: "K", Value: "V"}, Launcher: launch.Command("plugin")})
	if _, err := c.Ping(t.Context()); err == nil || err.Error() != "unavailable: the plugin has not been started" {
		t.Errorf("Ping: %v", err)
	}
	err := handshakeError(transport.Host, &hello.MalformedError{Found: "it begins with a word"})
	if text := err.Error(); strings.Contains(text, "the host says") || !strings.Contains(text, "handshake with the plugin: what arrived is no hello") {
		t.Errorf("got %s", text)
	}
	err = handshakeError(transport.Host, &hello.Refusal{Reason: hello.NoCodec, What: "codec"})
	if text := err.Error(); !strings.Contains(text, "the plugin says: no codec in common") {
		t.Errorf("got %s", text)
	}
}
