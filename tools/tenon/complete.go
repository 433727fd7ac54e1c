package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenon-dev/tenon/core/attach"
	"github.com/tenon-dev/tenon/core/discover"
)

// completePlugin completes the name of a running plugin; files are left to the shell.
func completePlugin(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all, _ := attach.List("") // those of which something is known
	var names []string
	for _, i := range all {
		if i.PID != 0 && strings.HasPrefix(i.Name, typed) {
			names = append(names, i.Name)
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}

// completeMethod completes a plugin, and then the methods of one that is a file, by what
// it says of itself.
func completeMethod(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return completePlugin(cmd, args, typed)
	case 1:
	default:
		return nil, cobra.ShellCompDirectiveDefault
	}
	p, err := discover.File(cmd.Context(), args[0], discover.Options{Timeout: describeTime})
	if err != nil || len(p.Description.Versions) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	catalogue := p.Description.Catalogues[p.Description.Versions[0]]
	if catalogue == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, s := range catalogue.Services {
		for _, m := range s.Methods {
			// What a shell would take apart, or obey, is not offered.
			if name := s.Name + "." + m.Name; strings.HasPrefix(name, typed) && plainWord(name) {
				names = append(names, cobra.CompletionWithDesc(name, plainText(m.String())))
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// plainWord reports whether a shell takes s as one word and nothing else.
func plainWord(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-') {
			return false
		}
	}
	return s != ""
}

// plainText is a description that stays in its line.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
