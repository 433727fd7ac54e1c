package launch

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// EnvPolicy says which of the host's variables a plugin gets. The zero value is
// that of [InheritEnv].
type EnvPolicy struct {
	limited bool
	allowed []string
}

// InheritEnv passes on all of the host's variables.
func InheritEnv() EnvPolicy { return EnvPolicy{} }

// AllowEnv passes on the variables of these names. A name that ends in "*" stands
// for all that begin alike: "LC_*".
func AllowEnv(names ...string) EnvPolicy {
	return EnvPolicy{limited: true, allowed: slices.Clone(names)}
}

// NoEnv passes on nothing. (Windows adds SYSTEMROOT, without which little works.)
func NoEnv() EnvPolicy { return EnvPolicy{limited: true} }

// pick returns those entries of environ that the policy lets through.
func (p EnvPolicy) pick(environ []string) []string {
	if !p.limited {
		return slices.Clone(environ)
	}
	var picked []string
	for _, entry := range environ {
		if key, ok := envKey(entry); ok && p.allows(key) {
			picked = append(picked, entry)
		}
	}
	return picked
}

func (p EnvPolicy) allows(key string) bool {
	for _, name := range p.allowed {
		prefix, open := strings.CutSuffix(foldKey(name), "*")
		if key == prefix || open && strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// mergeEnv joins lists of "KEY=value", of which the last one to name a key wins.
// Entries without a key, which a host may have inherited, are kept as they are.
func mergeEnv(lists ...[]string) []string {
	all := slices.Concat(lists...)
	seen := make(map[string]bool, len(all))
	merged := make([]string, 0, len(all))
	for _, entry := range slices.Backward(all) {
		if key, ok := envKey(entry); ok {
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		merged = append(merged, entry)
	}
	slices.Reverse(merged)
	return merged
}

// withoutKey returns the entries that do not set the variable key.
func withoutKey(entries []string, key string) []string {
	return slices.DeleteFunc(slices.Clone(entries), func(entry string) bool {
		name, ok := envKey(entry)
		return ok && name == foldKey(key)
	})
}

// checkEnv reports the first entry that is not a "KEY=value". It does not repeat
// the value, which may be a secret.
func checkEnv(origin string, entries []string) error {
	for i, entry := range entries {
		if _, ok := envKey(entry); !ok {
			return fmt.Errorf("entry %d of %s is not of the form KEY=value", i, origin)
		}
		if strings.IndexByte(entry, 0) >= 0 {
			return fmt.Errorf("entry %d of %s has a zero byte in it", i, origin)
		}
	}
	return nil
}

// envKey returns the name of the variable, in the form that is the same for equal
// names on this system. The search starts after the first byte since Windows has
// variables such as "=C:".
func envKey(entry string) (key string, ok bool) {
	if entry == "" {
		return "", false
	}
	i := strings.IndexByte(entry[1:], '=')
	if i < 0 || entry[0] == '=' && runtime.GOOS != "windows" {
		return "", false
	}
	return foldKey(entry[:i+1]), true
}

func foldKey(key string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(key)
	}
	return key
}
