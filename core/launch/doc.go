// Package launch starts plugins and watches them: it is the layer below the
// link.
//
// A [Launcher] starts a plugin, or finds a running one, and returns a [Process]:
// the link to it, its end, and the means to end it. Ready-made are
//
//   - [Command] for an executable file: a process of its own, in a process group
//     of its own, linked by an inherited socket pair where the system has one;
//   - [Conn] for a connection that somebody else made;
//   - [InProcess] for a serve function that runs inside this process;
//   - [Func] to make a Launcher of a function.
//
// # What the host does
//
// It calls Launch with the environment of the bootstrap and with writers for the
// plugin's output. [Lines] and [Tail] are such writers: the first cuts a stream
// into lines, the second keeps the end of it and the text of a Go panic.
// Output is read for as long as there is any, whatever the writers do with it.
//
// # What the plugin does
//
// The variable [LinkEnv] says how it reaches its host. For "fd:N" it calls
// [Inherit]; for "listen" it makes a [Listener] and writes what
// [Listener.Announce] returns to its standard output, and the host recognises
// that line with [ParseAnnounce]. The line has a secret, which both sides prove to know
// when the host has dialled, and which [HideSecrets] keeps out of other output.
//
// # When a start fails
//
// Command returns a [*StartError] that says what was run, what was found and what
// to try. [Diagnose] says the same of any file, for a plugin that started and then
// did not speak.
//
// # Platforms
//
// On Unix systems the link is an inherited socket pair, and a process group is
// signalled as a whole before its leader is reaped, so that neither a plugin's
// children outlive it unnoticed nor a signal hits a process that was given the
// same number later. Linux, macOS and the BSDs can see an end without reaping;
// elsewhere a gap of a few instructions remains.
//
// On Windows there is no inherited link. A plugin with a group of its own is in a
// job object, which Kill ends as a whole, and the system ends when this process dies;
// what the plugin starts in the instant before it is put there is not in it.
// Terminate sends CTRL_BREAK to the plugin's console group. Nothing of the project
// was run on Windows, macOS or a BSD so far: it is compiled and vetted for them.
package launch
