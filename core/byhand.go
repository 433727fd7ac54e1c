package tenon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
)

// byHand is Main in a process that no host started. It returns the exit code.
func byHand(cfg ServeConfig, args []string, stdout, stderr io.Writer) int {
	asked := map[string]bool{}
	for _, arg := range args {
		if arg == "--" {
			break
		}
		if name, ok := strings.CutPrefix(arg, "-"); ok {
			asked[strings.TrimPrefix(name, "-")] = true
		}
	}
	switch {
	case asked["help"] || asked["h"]:
		fmt.Fprint(stdout, cfg.help())
		return exitOK
	case asked["version"]:
		fmt.Fprintln(stdout, strings.TrimSpace(cfg.standaloneName()+" "+cfg.release()))
		return exitOK
	case asked["describe"]:
		return describe(cfg, stdout, stderr)
	}
	if cfg.Replace = cfg.Replace || asked["replace"]; !asked["serve"] && !cfg.Standalone {
		return exitCode(errors.Join(cfg.validate(), &NotStartedByHostError{Cookie: cfg.Cookie.Key, CookieSet: cfg.Cookie.present()}))
	}
	ctx, stop := signal.NotifyContext(context.Background(), ending...)
	defer stop()
	var ready func(path string)
	if asked["serve"] {
		ready = func(path string) {
			name := cfg.standaloneName()
			fmt.Fprintf(stderr, "%s: waiting for hosts at %s; %s=%s=%s makes a host use it\n", program(), path, attachEnv, name, path)
		}
	}
	err := cfg.validate()
	if err == nil {
		err = serveAlone(ctx, cfg, ready)
	}
	if ctx.Err() != nil {
		return exitOK // as it was asked to
	}
	return exitCode(err)
}

func describe(cfg ServeConfig, stdout, stderr io.Writer) int {
	d, err := cfg.Describe()
	if err == nil {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(d)
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", program(), err)
		return exitFailed
	}
	return exitOK
}

// help is what --help prints.
func (cfg ServeConfig) help() string {
	alone := "Started by hand it does nothing, but for these flags:"
	if cfg.Standalone {
		alone = "Started by hand it waits for hosts under its name. Flags:"
	}
	return strings.TrimSpace(cfg.standaloneName()+" "+cfg.release()) + ` is a plugin: it does its work for another program, which starts it.
` + alone + `

  --help       this text
  --version    name and release
  --describe   what it serves, as JSON
  --serve      wait for hosts until SIGINT or SIGTERM, for development and long-lived services
  --replace    with --serve: end another process that has the same name
`
}
