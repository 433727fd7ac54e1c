package tenon

import (
	"fmt"
	"slices"

	"github.com/tenon-dev/tenon/core/rpc"
)

// A DescriptionChange is one difference between two descriptions, as the hosts of the
// old plugin meet it in the new one.
type DescriptionChange struct {
	// Version is the protocol version whose services changed; 0 for what concerns the
	// whole plugin.
	Version int `json:"version,omitempty"`
	rpc.Change

	many bool // there are several versions
}

// Text returns what changed in one line, without saying whether that breaks something:
// "kv.Put: value changed from string to bytes".
func (c DescriptionChange) Text() string {
	text := c.Service
	if c.Method != "" {
		text += "." + c.Method
	}
	if c.What != "" {
		if text != "" {
			text += ": "
		}
		text += c.What
	}
	if c.Version != 0 && c.many {
		text += fmt.Sprintf(" (protocol version %d)", c.Version)
	}
	return text
}

// String returns the change in one line: "breaks kv.Put: …" or "adds kv.Watch".
func (c DescriptionChange) String() string {
	if c.Breaks {
		return "breaks " + c.Text()
	}
	return "adds " + c.Text()
}

// CompareDescriptions returns what hosts of old meet in next: what breaks them first,
// then what was added. Nothing that breaks means that next can take the place of old,
// for hosts that use whatever old offered. Of each protocol version that both have the
// services are compared by [rpc.Compare]. A protocol version, a transport, a codec, or a
// codec of one service that is gone breaks the hosts that know no other. Names and
// releases do not matter.
func CompareDescriptions(old, next *Description) []DescriptionChange {
	var all []DescriptionChange
	many := len(old.Catalogues) > 1 || len(next.Catalogues) > 1
	note := func(version int, changes ...rpc.Change) {
		for _, c := range changes {
			all = append(all, DescriptionChange{Version: version, Change: c, many: many})
		}
	}
	note(0, differ("protocol version", old.Versions, next.Versions)...)
	note(0, differ("transport", old.Transports, next.Transports)...)
	note(0, differ("codec", old.Codecs, next.Codecs)...)
	nextCodecs := setOf(next.Codecs)
	compared := map[int]bool{}
	for _, version := range old.Versions {
		if compared[version] {
			continue
		}
		compared[version] = true
		a, b := old.Catalogues[version], next.Catalogues[version]
		if a == nil || b == nil {
			continue // the version itself was noted
		}
		note(version, rpc.Compare(a, b)...)
		codecs := map[string]map[string]bool{} // of the services of b
		for _, s := range b.Services {
			if _, twice := codecs[s.Name]; !twice {
				codecs[s.Name] = setOf(s.Codecs)
			}
		}
		for _, s := range a.Services {
			has, there := codecs[s.Name]
			if !there {
				continue
			}
			for _, codec := range s.Codecs { // one that is gone altogether was noted
				if nextCodecs[codec] && !has[codec] {
					note(version, rpc.Change{Service: s.Name, Breaks: true, What: "it can no longer be called over the codec " + codec})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b DescriptionChange) int {
		switch {
		case a.Breaks && !b.Breaks:
			return -1
		case b.Breaks && !a.Breaks:
			return 1
		}
		return 0
	})
	return all
}

// differ compares lists of what a plugin has, as many as it may say.
func differ[T comparable](what string, old, next []T) []rpc.Change {
	var changes []rpc.Change
	before, after := setOf(old), setOf(next)
	for _, v := range old {
		if !after[v] {
			changes = append(changes, rpc.Change{Breaks: true, What: fmt.Sprintf("the %s %v is gone", what, v)})
		}
	}
	for _, v := range next {
		if !before[v] {
			changes = append(changes, rpc.Change{What: fmt.Sprintf("the %s %v", what, v)})
		}
	}
	return changes
}

// setOf returns what is in a list.
func setOf[T comparable](list []T) map[T]bool {
	in := make(map[T]bool, len(list))
	for _, v := range list {
		in[v] = true
	}
	return in
}
