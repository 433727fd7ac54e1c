package launch

import "os"

// terminal is what a plugin gets in place of pipes.
type terminal struct {
	stdin, stdout, stderr *os.File
}

// Terminal hands a terminal to the plugin, most often the host's own:
//
//	launch.Terminal(os.Stdin, os.Stdout, os.Stderr)
//
// The plugin inherits the three files as its descriptors 0, 1 and 2, so that it can
// ask a person, draw, or start an editor. They stay open in the host, which does
// well not to use them meanwhile. What the plugin prints goes there and nowhere
// else: Request.Stdout and Request.Stderr get nothing, and a crash is explained
// without what was printed. When it ends by a signal or with another exit code than 0, the
// terminal is set again as it was before the start (echo, line by line, and so on), if the
// host is in the foreground; not on Windows.
//
// It implies Group(false), whatever the order: a terminal stops a process in a
// group of its own that reads from it. So Ctrl-C reaches the plugin too, and
// Terminate and Kill reach the plugin's process only. It needs a link that the
// plugin inherits, since it could announce an address to nobody; where there is
// none the start is refused.
func Terminal(stdin, stdout, stderr *os.File) Option {
	return func(c *command) { c.terminal = &terminal{stdin, stdout, stderr} }
}

// outputs returns what becomes the plugin's descriptors 1 and 2, and what drains
// them in the host, which is nothing for a terminal.
func (c *command) outputs(e *ends, req Request) (stdout, stderr *os.File, drains []*drain, dir string, err error) {
	if t := c.terminal; t != nil {
		return t.stdout, t.stderr, nil, "", nil
	}
	if req.Outlive {
		dir, files, drains, err := e.outputFiles(req)
		return files[0], files[1], drains, dir, err
	}
	outR, stdout, err := e.outputPipe()
	if err != nil {
		return nil, nil, nil, "", err
	}
	errR, stderr, err := e.outputPipe()
	if err != nil {
		return nil, nil, nil, "", err
	}
	return stdout, stderr, []*drain{
		newDrain(outR, req.Stdout, req.Logger.With("output", "stdout")),
		newDrain(errR, req.Stderr, req.Logger.With("output", "stderr")),
	}, "", nil
}

// checkTerminal returns why the plugin cannot get the terminal, and what to do;
// "" when it can.
func (c *command) checkTerminal(req Request) (found, hint string) {
	t := c.terminal
	switch {
	case t == nil:
	case t.stdin == nil || t.stdout == nil || t.stderr == nil:
		return "Terminal was given a file that is nil", "give it three open files"
	case !req.Link || !canInherit || c.unlinked:
		return "a plugin that gets the terminal needs a link that it inherits, and there is none here", "leave Terminal out, and pass an io.Reader and an io.Writer in a call"
	}
	return "", ""
}
