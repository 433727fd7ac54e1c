//go:build !linux

package examples

// leaveOutWhatNeedsFiles has nothing to leave out here: unix/1 is not run.
func leaveOutWhatNeedsFiles() {}
