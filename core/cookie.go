package tenon

import (
	"fmt"
	"os"
	"strings"
)

// A Cookie is a pair that a host and its plugins share: the host sets it in the
// plugin's environment, and a plugin that does not find it knows that a person
// started it. It is no secret and protects nothing.
type Cookie struct {
	Key   string `json:"key"`   // the environment variable's name, such as "HELLO_PLUGIN"
	Value string `json:"value"` // any text, best one that nobody sets by chance
}

func (c Cookie) validate() error {
	switch {
	case c.Key == "" || c.Value == "":
		return fmt.Errorf("the cookie needs a key and a value: give host and plugin the same, such as tenon.Cookie{Key: %q, Value: %q}", "HELLO_PLUGIN", "b1f0…")
	case strings.ContainsAny(c.Key, "=\x00") || strings.Contains(c.Value, "\x00"):
		return fmt.Errorf("the cookie %q cannot stand in an environment: leave out = and zero bytes", c.Key)
	case strings.HasPrefix(c.Key, "TENON_"):
		return fmt.Errorf("the cookie's key %q begins with TENON_, which is Tenon's own: choose another", c.Key)
	}
	return nil
}

func (c Cookie) env() string { return c.Key + "=" + c.Value }

// present reports whether the process was started with the cookie.
func (c Cookie) present() bool { return os.Getenv(c.Key) == c.Value }
