package main

import (
	"os"
	"strings"
)

// heading is how CHANGELOG.md begins the section of a version.
func heading(version string) string { return "## [" + strings.TrimPrefix(version, "v") + "]" }

func changelogHas(name, version string) (bool, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, heading(version)) {
			return true, nil
		}
	}
	return false, nil
}
