// Package sandbox confines plugins on Linux, and verifies minisign signatures of their
// files on every system.
//
//	launch.Command("./plugin", sandbox.Confine(sandbox.Policy{
//		Limits:  sandbox.Limits{Memory: 512 << 20, OpenFiles: 256},
//		Files:   &sandbox.Files{Read: []string{"/usr/share/data"}, Write: []string{dir}},
//		Network: &sandbox.Network{}, // none
//	}))
//
// What is asked for is applied to the one thread that starts the plugin, which then ends:
// the plugin inherits it, with all that it starts, and the host stays as it was. Resource
// limits are the exception, since they belong to processes and not to threads: they are set
// while the plugin is held before its first instruction, see [Limits].
//
// Each measure is reported as applied, as not available on this system, or as failed. Under
// [Require], the default, a plugin of which one is not applied does not run; under
// [BestEffort] it runs with the rest. On other systems than Linux no measure is available.
//
// A plugin that is confined like this still shares the kernel, the user and the processor
// with its host. It can use the connections and files that it inherits, which are its link
// and its outputs, and Landlock restricts neither what it may read in /proc beyond the rules
// for files, nor signals unless [Policy.Scope] is set, nor changes of the host's resource
// limits and priority; it forbids tracing, and access to memory, of processes that are not
// the plugin's own as soon as there is a rule for files, network or scope. TCP is restricted, also as
// Multipath TCP, and UDP and unix sockets are not; see [Network].
package sandbox
