package contract

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// The descriptors themselves, which the libraries leave alone.
var rawStdout, rawStderr = os.Stdout, os.Stderr

// Do is what a plugin does on request.
func Do(what, arg string) (string, error) {
	switch what {
	case "echo":
		return arg, nil
	case "fail":
		return "", errors.New(arg)
	case "pid":
		return strconv.Itoa(os.Getpid()), nil
	case "env":
		return strings.Join(os.Environ(), "\n"), nil
	case "stdout":
		_, err := fmt.Fprint(os.Stdout, arg)
		return "", err
	case "stderr":
		_, err := fmt.Fprint(os.Stderr, arg)
		return "", err
	case "rawstderr":
		_, err := rawStderr.WriteString(arg)
		return "", err
	case "rawstdout":
		_, err := rawStdout.WriteString(arg)
		return "", err
	case "exit":
		code, _ := strconv.Atoi(arg)
		os.Exit(code)
	case "panic":
		go panic(arg)
		select {}
	case "size":
		n, err := strconv.Atoi(arg)
		return strings.Repeat("x", n), err
	}
	return "", fmt.Errorf("what is %q", what)
}
