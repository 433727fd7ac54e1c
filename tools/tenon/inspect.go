package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/rpc"
)

// newInspect is "tenon inspect": what a plugin is, and what it serves.
func newInspect() *cobra.Command {
	var flags pluginFlags
	var long bool
	cmd := &cobra.Command{
		Use:   "inspect PLUGIN",
		Short: "Start a plugin and show what it is and what it serves",
		Long: `Inspect starts a plugin, or attaches to one that runs by itself, and shows its name,
release and protocol versions, what was agreed on, what the start spent its time on,
and each service with its methods and their types. It calls no method; one object of a
service without a configuration is dispensed, to measure that too.

The times of the start count from its beginning: launched (the process is there),
answered (it has called Main and speaks), agreed (calls can be made), ready, dispensed.`,
		Example: `  tenon inspect ./bolt-plugin
  tenon inspect --long ./bolt-plugin       a line for each method, and what the types are made of
  tenon inspect --json ./bolt-plugin | jq .catalogue`,
		ValidArgsFunction: completePlugin,
		Args:              usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, s, err := flags.open(cmd, args[0])
			if err != nil {
				return err
			}
			defer client.Close()
			found, err := flags.inspect(cmd.Context(), client, s)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), found)
			}
			found.print(cmd.OutOrStdout(), long)
			return nil
		},
	}
	flags.register(cmd)
	cmd.Flags().BoolVar(&long, "long", false, "show each method in a line of its own, with documentation, and the types")
	return cmd
}

// An inspection is what inspect found.
type inspection struct {
	Name        string         `json:"name"`
	Release     string         `json:"release,omitempty"`
	Path        string         `json:"path"`
	PID         int            `json:"pid,omitempty"`
	Running     bool           `json:"running"` // it ran already
	Protocol    int            `json:"protocol"`
	Protocols   []int          `json:"protocols,omitempty"` // all that it has, where it describes itself
	Link        string         `json:"link"`
	Transport   string         `json:"transport"`
	Transports  []string       `json:"transports,omitempty"`
	Codecs      []string       `json:"codecs"` // those that this command has too
	PluginHas   []string       `json:"plugin_codecs,omitempty"`
	Start       startTimes     `json:"start"`
	Catalogue   *rpc.Catalogue `json:"catalogue"`
	undispensed string
}

// startTimes are counted from the beginning of the start.
type startTimes struct {
	tenon.StartSteps
	Ready     time.Duration `json:"ready_ns"`
	Dispensed time.Duration `json:"dispensed_ns,omitempty"`
}

func (f *pluginFlags) inspect(ctx context.Context, client *tenon.Client, s *source) (*inspection, error) {
	info := client.Info()
	i := &inspection{
		Name: info.Name, Release: info.Release, Path: info.Path, PID: info.PID, Running: s.running,
		Protocol: info.Version, Link: info.Link, Transport: info.Transport, Codecs: info.Codecs,
		Start: startTimes{StartSteps: info.Steps, Ready: info.ReadyAfter},
	}
	if i.Name == "" { // as its file is called, then
		i.Name = launch.NameOf(s.launcher)
	}
	if d := s.description; d != nil {
		i.Name = cmp.Or(info.Name, d.Name)
		i.Release = cmp.Or(info.Release, d.Release)
		i.Protocols, i.Transports, i.PluginHas = d.Versions, d.Transports, d.Codecs
	}
	var err error
	began := time.Now()
	if name, ok := s.firstService(info.Version); ok { // before the catalogue is asked for: the first thing that a host does
		asking, cancel := f.within(ctx)
		o, derr := client.Dispense(asking, name, nil)
		cancel()
		if derr == nil {
			i.Start.Dispensed = info.ReadyAfter + time.Since(began)
			o.Close()
		} else {
			i.undispensed = derr.Error()
		}
	}
	i.Catalogue, err = f.catalogue(ctx, client)
	return i, err
}

// firstService returns a service that can be dispensed without a configuration, where
// that is known before the plugin is asked.
func (s *source) firstService(version int) (string, bool) {
	if s.description == nil || s.description.Catalogues[version] == nil {
		return "", false
	}
	for _, service := range s.description.Catalogues[version].Services {
		if service.Config == nil {
			return service.Name, true
		}
	}
	return "", false
}

func (i *inspection) print(w io.Writer, long bool) {
	p := newPage(w)
	head := []string{joined(i.Name, i.Release), fmt.Sprintf("protocol %d%s", i.Protocol, also(i.Protocols, i.Protocol))}
	head = append(head, "link "+i.Link, "transport "+i.Transport+also(i.Transports, i.Transport))
	codecs := i.PluginHas
	if codecs == nil {
		codecs = i.Codecs
	}
	head = append(head, "codecs "+spaced(codecs), "ready in "+milliseconds(i.Start.Ready))
	p.bold(head[0])
	p.wrap("  ", "  ", head[1:], "  ")
	p.text("  start  ")
	steps := []string{"launched " + milliseconds(i.Start.Launched), "answered " + milliseconds(i.Start.Answered), "agreed " + milliseconds(i.Start.Agreed), "ready " + milliseconds(i.Start.Ready)}
	switch {
	case i.Start.Dispensed > 0:
		steps = append(steps, "first object "+milliseconds(i.Start.Dispensed))
	case i.undispensed != "":
		steps = append(steps, "no object: "+i.undispensed)
	}
	p.wrap("", "         ", steps, " · ")
	if i.Running {
		p.line("  it ran already, and goes on")
	}
	wide := i.columns()
	for _, s := range i.Catalogue.Services {
		p.text("  ")
		p.bold(pad(s.Name, wide[0]))
		p.text("  " + pad(s.Interface, wide[1]) + "  ")
		if long {
			p.line("")
			printService(p, s)
			continue
		}
		var methods []string
		for _, m := range s.Methods {
			methods = append(methods, m.String())
		}
		p.wrap("", pad("", wide[0]+wide[1]+6), methods, " · ")
	}
}

// columns are the widths of the names of services and interfaces.
func (i *inspection) columns() (wide [2]int) {
	for _, s := range i.Catalogue.Services {
		wide[0], wide[1] = max(wide[0], width(s.Name)), max(wide[1], width(s.Interface))
	}
	return wide
}

func also[T comparable](all []T, used T) string {
	var others []any
	for _, v := range all {
		if v != used {
			others = append(others, v)
		}
	}
	if len(others) == 0 {
		return ""
	}
	text := " (also"
	for _, v := range others {
		text += fmt.Sprintf(" %v", v)
	}
	return text + ")"
}
