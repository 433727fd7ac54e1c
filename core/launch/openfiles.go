package launch

import (
	"fmt"
	"os"
	"os/exec"
)

// notOpen names a file among those that the plugin is to inherit which is closed, or nil;
// "" where there is none. The system would start the plugin without that descriptor, and the
// first file that it opens takes the number: what it then reads as its standard input, or
// prints, is in that file.
func notOpen(cmd *exec.Cmd) (name string, err error) {
	for _, f := range []struct {
		name string
		file any
	}{{"its standard input", cmd.Stdin}, {"its standard output", cmd.Stdout}, {"its standard error", cmd.Stderr}} {
		if file, ok := f.file.(*os.File); ok {
			if err := isOpen(file); err != nil {
				return f.name, err
			}
		}
	}
	for i, file := range cmd.ExtraFiles {
		if file == nil { // leaves out a number, as exec.Cmd says
			continue
		}
		if err := isOpen(file); err != nil {
			return fmt.Sprintf("its descriptor %d", 3+i), err
		}
	}
	return "", nil
}

func isOpen(file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(uintptr) {})
}
