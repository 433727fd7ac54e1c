package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/jsoncall"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/tools/tenon/internal/protomessage"
	"github.com/tenon-dev/tenon/tools/tenon/internal/terminal"
)

// callFlags are those of "tenon call".
type callFlags struct {
	pluginFlags
	metadata []string
	timeout  time.Duration
	settings string // the service's configuration
	raw      bool
}

// newCall is "tenon call": any method of any plugin, from the shell.
func newCall() *cobra.Command {
	var f callFlags
	cmd := &cobra.Command{
		Use:   "call PLUGIN SERVICE.METHOD [ARGUMENT...]",
		Short: "Call a method with JSON",
		Long: `Call calls any method of a plugin, and prints its result as JSON. "tenon inspect" shows
what there is to call; the name of the plugin's default service may be left out.

One ARGUMENT is an object by the names of the method's arguments, or a list of them, or
the argument itself where the method takes one without a name. Several are the arguments
in their order. @FILE reads it from a file, and - from standard input.

A method that takes a stream reads its values from standard input, one JSON value
after the other, and one that answers with a stream prints a line for each. One that
takes a reader reads standard input, and what it writes goes to standard output.

Put -- before an argument that begins with a dash, such as a negative number.`,
		Example: `  tenon call ./bolt-plugin kv.Get '{"key":"answer"}'
  tenon call ./bolt-plugin kv.Put '"answer"' '"NDI="' --timeout 2s --metadata tenant=acme
  printf '1 2 3' | tenon call ./calculator calc.Sum
  tenon call ./files files.Open '"a.txt"' --raw > a.txt`,
		ValidArgsFunction: completeMethod,
		Args:              usage(cobra.MinimumNArgs(2)),
		RunE:              func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0], args[1], args[2:]) },
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&f.metadata, "metadata", nil, "`KEY=VALUE` that travels with the call; can be repeated")
	flags.DurationVar(&f.timeout, "timeout", 0, "the call's deadline, such as 2s (default: none)")
	flags.StringVar(&f.settings, "config", "", "the service's configuration, as `JSON`")
	flags.BoolVar(&f.raw, "raw", false, "print a text, or bytes, as they are and not as JSON")
	return cmd
}

func (f *callFlags) run(cmd *cobra.Command, arg, name string, words []string) error {
	ctx, err := f.context(cmd.Context())
	if err != nil {
		return err
	}
	client, _, err := f.open(cmd, arg)
	if err != nil {
		return err
	}
	defer client.Close()
	found, err := f.method(ctx, client, name)
	if err != nil {
		return err
	}
	in, method := cmd.InOrStdin(), found.method
	args, err := argument(ctx, method, words, in) // what is no JSON is told before anything happens
	if err != nil {
		return err
	}
	o, err := f.dispense(ctx, client, found)
	if err != nil {
		return err
	}
	defer o.Close()
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	out := f.output(cmd.OutOrStdout(), method)
	x := jsoncall.Exchange{Args: args, Out: out.value, Reader: in, Writer: out}
	if method.Kind == rpc.KindClientStream || method.Kind == rpc.KindBidiStream {
		if terminal.Is(in) {
			fmt.Fprintln(cmd.ErrOrStderr(), "tenon: the method takes a stream: type JSON values, and Ctrl-D at the end")
		}
		x.In = jsonValues(in)
	}
	result, err := o.Do(ctx, method.Name, x)
	if err == nil && result != nil {
		err = out.value(result)
	}
	return err
}

// context adds the metadata.
func (f *callFlags) context(ctx context.Context) (context.Context, error) {
	md := tenon.Metadata{}
	for _, entry := range f.metadata {
		key, value, ok := strings.Cut(entry, "=")
		if !ok || key == "" {
			return nil, usageError{fmt.Errorf("the metadata %q is not of the form KEY=VALUE", entry)}
		}
		md[key] = value
	}
	if len(md) == 0 {
		return ctx, nil
	}
	return tenon.WithMetadata(ctx, md), nil
}

// A found is a method in a plugin's catalogue.
type found struct {
	catalogue *rpc.Catalogue
	service   rpc.ServiceInfo
	method    rpc.MethodInfo
}

func (f *pluginFlags) method(ctx context.Context, client *tenon.Client, name string) (*found, error) {
	catalogue, err := f.catalogue(ctx, client)
	if err != nil {
		return nil, err
	}
	service, method, err := jsoncall.Find(catalogue, name)
	if err != nil {
		return nil, err
	}
	return &found{catalogue, service, method}, nil
}

// dispense dispenses an object that has a method. With a deadline for the call it has as
// long as that, too.
func (f *callFlags) dispense(ctx context.Context, client *tenon.Client, m *found) (*jsoncall.Object, error) {
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	target := jsoncall.Target{From: client, Catalogue: m.catalogue, Codecs: client.Info().Codecs, Messages: protomessage.For(m.catalogue)}
	o, err := target.Dispense(ctx, m.service.Name, []byte(f.settings))
	if err != nil && m.service.Config != nil && f.settings == "" {
		err = fmt.Errorf("%w (the service takes a configuration, a %v: say --config JSON)", err, m.service.Config)
	}
	return o, err
}

// longestArgument is how much of a file is taken for an argument: more than any limit of a
// message lets through.
const longestArgument = 1 << 30

// argument makes one JSON text of the words on the command line.
func argument(ctx context.Context, m rpc.MethodInfo, words []string, stdin io.Reader) ([]byte, error) {
	var texts [][]byte
	for i, word := range words {
		text := []byte(word)
		if name, isFile := strings.CutPrefix(word, "@"); isFile || word == "-" {
			var err error
			text, err = readInput(ctx, name, stdin, longestArgument)
			switch {
			case ctx.Err() != nil && err != nil:
				return nil, err
			case err != nil:
				return nil, usageError{fmt.Errorf("read argument %d: %w", i+1, err)}
			}
		}
		if !json.Valid(text) {
			return nil, wrongJSON(i, text)
		}
		texts = append(texts, text)
	}
	switch {
	case len(texts) == 0:
		return nil, nil
	case len(texts) > 1 && len(m.Params) == 0:
		return nil, usageError{fmt.Errorf("%d arguments were given, and the method takes one: it is %v", len(texts), m)}
	case len(texts) > 1, len(m.Params) == 1 && !strings.ContainsAny(string(bytes.TrimSpace(texts[0])[:1]), "{["):
		return []byte("[" + string(bytes.Join(texts, []byte(","))) + "]"), nil
	}
	return texts[0], nil
}

// wrongJSON says what is wrong with an argument that is no JSON.
func wrongJSON(i int, text []byte) error {
	var v any
	err := json.Unmarshal(text, &v)
	if err == nil {
		err = errors.New("it is not valid")
	}
	if word := string(text); word != "" && len(word) < 100 && !strings.ContainsAny(word, `{}[]"\:,'`) {
		quoted, _ := json.Marshal(word) // a text has no error
		err = fmt.Errorf("%w; a text needs quotes that the shell leaves: '%s'", err, quoted)
	}
	return &jsoncall.SyntaxError{What: fmt.Sprintf("argument %d", i+1), Err: err}
}

// A callOutput prints what comes back.
type callOutput struct {
	w      io.Writer
	raw    bool
	bytes  bool // a text is base64
	safe   io.Writer
	indent bool
}

func (f *callFlags) output(w io.Writer, m rpc.MethodInfo) *callOutput {
	out := &callOutput{w: w, safe: w, raw: f.raw, indent: terminal.Is(w) && m.Kind == rpc.KindUnary}
	if terminal.Is(w) {
		out.safe = terminal.NewWriter(w)
	}
	sent := m.Result
	switch m.Kind {
	case rpc.KindServerStream:
		sent = m.Item
	case rpc.KindBidiStream:
		sent = m.Down
	}
	out.bytes = sent != nil && sent.Kind == "bytes"
	return out
}

// Write prints bytes of a writer, or a reader: they are the plugin's own.
func (o *callOutput) Write(p []byte) (int, error) { return o.safe.Write(p) }

// value prints one value.
func (o *callOutput) value(v []byte) error {
	var text string
	if o.raw && json.Unmarshal(v, &text) == nil {
		b := []byte(text)
		if o.bytes {
			var err error
			if b, err = base64.StdEncoding.DecodeString(text); err != nil {
				return fmt.Errorf("the plugin's bytes are no base64: %w", err)
			}
		}
		_, err := o.safe.Write(b)
		return err
	}
	if o.indent {
		var b bytes.Buffer
		if json.Indent(&b, v, "", "  ") == nil {
			v = b.Bytes()
		}
	}
	_, err := fmt.Fprintf(o.w, "%s\n", terminal.JSON(v))
	return err
}
