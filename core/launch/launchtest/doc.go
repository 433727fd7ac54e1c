// Package launchtest is the conformance suite for authors of a [launch.Launcher].
//
// The test binary plays the programs that the launcher starts, so that nothing needs
// to be built:
//
//	func TestMain(m *testing.M) {
//		launchtest.Main()
//		os.Exit(m.Run())
//	}
//
//	func TestLauncher(t *testing.T) {
//		launchtest.Run(t, launchtest.Harness{
//			New: func(t *testing.T, p launchtest.Program) launch.Launcher {
//				return mylauncher.New(p.Path, p.Args, p.Env)
//			},
//			Promises: launchtest.Promises{Link: true, Exit: true, Output: true},
//		})
//	}
//
// A launcher need not be able to do everything: what it promises is a value, and the
// cases that ask for more are not run and are named in the test's log. Each case holds
// one sentence of the contract, which a failure repeats.
package launchtest
