package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/tenon-dev/tenon/tools/dev/internal/repo"
)

// settings are what the check takes over from this machine's go env, so that it
// reaches third-party modules the way the developer does.
type settings struct {
	GOPROXY, GONOSUMDB, GOSUMDB, GOINSECURE, GOMODCACHE, GOCACHE string
}

func readSettings(ctx context.Context) (settings, error) {
	var s settings
	cmd := exec.CommandContext(ctx, "go", "env", "-json",
		"GOPROXY", "GONOSUMDB", "GOSUMDB", "GOINSECURE", "GOMODCACHE", "GOCACHE")
	cmd.Dir = os.TempDir()
	out, err := cmd.Output()
	if err != nil {
		return s, fmt.Errorf("ask go env: %w", err)
	}
	return s, json.Unmarshal(out, &s)
}

// proxies is the GOPROXY that puts ours first, then what this machine has
// downloaded before, then where it downloads from.
func (s settings) proxies(ours string) string {
	list := []string{fileURL(ours), fileURL(filepath.Join(s.GOMODCACHE, "cache", "download"))}
	if rest := withoutDirect(s.GOPROXY); rest != "" {
		list = append(list, rest)
	}
	return strings.Join(list, ",")
}

// withoutDirect drops a last "direct": the go command would look for our
// modules, which are nowhere yet, at the site that their paths name.
func withoutDirect(proxies string) string {
	for _, sep := range []string{",", "|"} {
		proxies = strings.TrimSuffix(proxies, sep+"direct")
	}
	return proxies
}

func fileURL(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a Windows drive
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// environ is the environment of an outside user: no workspace, a module cache
// that holds nothing, and none of the settings that would make the go command
// pass the proxy by.
func (s settings) environ(temp, ours string) []string {
	noSum := repo.Prefix + "*"
	if s.GONOSUMDB != "" {
		noSum += "," + s.GONOSUMDB
	}
	return append(os.Environ(),
		"GOWORK=off",
		"GOENV=off",
		"GOFLAGS=-mod=mod -modcacherw -trimpath",
		"GOPROXY="+s.proxies(ours),
		"GONOPROXY=none",
		"GOPRIVATE=",
		"GONOSUMDB="+noSum,
		"GOSUMDB="+s.GOSUMDB,
		"GOINSECURE="+s.GOINSECURE,
		"GOCACHE="+s.GOCACHE,
		"GOMODCACHE="+filepath.Join(temp, "modcache"),
		"GOBIN="+filepath.Join(temp, "bin"),
		"GOVCS=*:off",
	)
}
