// Package verify runs only what was verified. A file is copied into a directory that
// only this user may enter, its SHA-256 is taken of the bytes as they are copied, a
// [Verifier] is asked about the copy, and the copy is what is executed. Whoever may write
// to the original can swap it, or write into it, at any moment: what runs is what was
// verified, or nothing.
//
//	launch.Command("./bolt-plugin", verify.SHA256(sum))
//	launch.Command("./bolt-plugin", verify.File("SHA256SUMS"))
//	launch.Command("./bolt-plugin", verify.With(mine))
//
// A copy is removed when the last process that runs it has ended. A host with many
// plugins, or many starts, gives them one [Store], which keeps each copy by its hash until
// it is closed. What a host leaves behind that was killed is removed by the next one.
//
// The plugin sees the path of the original as its argument 0, and that of the copy as
// [os.Executable]: one that looks for files beside itself should use the former, and
// those files are not verified.
//
// What the copy cannot withstand is another program of the same user: that could change
// this process, too.
//
// The package is apart from launch, which every plugin carries, since plugins verify nothing.
package verify
