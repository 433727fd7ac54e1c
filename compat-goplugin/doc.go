// Package goplugin is go-plugin again, for hosts and plugins that were written
// against github.com/hashicorp/go-plugin: the same identifiers, the same handshake
// and the same services, so that a program moves by a change of an import path, or
// with the directory facade by a replace line. Either side may be of either library.
//
// It stands on Tenon's own process layer, and behaves as go-plugin 1.8.0 does, with
// these differences, all of them in cases where that one fails its user:
//
//   - Kill is bounded in time whatever the plugin does, and may be called while the
//     plugin starts, which it interrupts.
//   - Variables in [exec.Cmd].Env win over those of the host's environment, and
//     another host's PLUGIN_ variables are not passed on. A Stdin that is set is kept.
//   - No output of a plugin can stop the host, or stop being read: neither log records
//     with fields of a wrong type nor lines of any length.
//   - The brokers hold no lock while they wait, and what is never dialled is dropped.
//   - The context of a gRPC client is done before calls fail for the plugin's death.
//   - A [SecureConfig] can be used again; a [ClientConfig] is not written to.
//   - A plugin that nobody reads the standard error of any more lives on.
//   - AutoMTLS uses keys that are many times quicker to make and to check.
//
// For what a program gains by going on to Tenon itself, step by step, see
// docs/migrate-from-go-plugin.md in the repository.
package goplugin
