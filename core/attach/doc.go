// Package attach finds plugins that run already: those that somebody started by
// hand, for development or as a service that outlives its hosts.
//
// Such a plugin listens on a unix socket under its name, in a directory that only
// its user may enter ([Dir]). A host finds it there with [To]:
//
//	Launcher: launch.First(attach.To("myplugin"), launch.Command("./myplugin")),
//
// Both sides make sure that the other one is the same user, and prove that they know the
// secret in a file beside the socket, which is new with each process and which only that
// user can read. One process has a name
// at a time: it holds a lock that ends with it, so that what a process left behind
// that died is told from what runs.
package attach
