package shapes

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
)

type bytesImpl struct{ written *bytes.Buffer }

func (bytesImpl) Digest(_ context.Context, r io.Reader) ([]byte, int64, error) {
	b, err := io.ReadAll(r)
	return b[:2], int64(len(b)), err
}
func (bytesImpl) Copy(_ context.Context, w io.Writer, r io.ReadCloser) (int64, error) {
	return io.Copy(w, r)
}
func (bytesImpl) Open(_ context.Context, name string) (io.ReadCloser, error) {
	if name == "" {
		return nil, tenon.Errorf(tenon.NotFound, "no name")
	}
	return io.NopCloser(strings.NewReader("in " + name)), nil
}
func (bytesImpl) Plain(_ context.Context, name string) (io.Reader, error) {
	if name == "" {
		return nil, nil
	}
	return strings.NewReader(name), nil
}

type closingWriter struct {
	io.Writer
	closed chan struct{}
}

func (w closingWriter) Close() error { close(w.closed); return nil }

func (i bytesImpl) Create(context.Context, string) (io.WriteCloser, error) {
	return closingWriter{i.written, created}, nil
}

var created = make(chan struct{})

func (bytesImpl) Append(_ context.Context, w io.WriteCloser) (io.Writer, error) {
	_, err := io.WriteString(w, "appended")
	return io.Discard, err
}
func (bytesImpl) Both(_ context.Context, in string) (int, io.ReadCloser, io.WriteCloser, error) {
	return len(in), io.NopCloser(strings.NewReader(in)), nil, nil
}
func (bytesImpl) Shell(_ context.Context, rw io.ReadWriter) (int, error) {
	line, err := bufio.NewReader(rw).ReadString('\n')
	if err != nil {
		return 0, err
	}
	return fmt.Fprintf(rw, "you said %s", line)
}
func (bytesImpl) Attach(_ context.Context, id string) (io.ReadWriteCloser, error) {
	here, there := net.Pipe()
	go func() {
		defer here.Close()
		b := make([]byte, 3)
		if _, err := io.ReadFull(here, b); err == nil {
			fmt.Fprintf(here, "%s %s", id, b)
		}
	}()
	return there, nil
}
func (i bytesImpl) Dial(ctx context.Context, id string) (net.Conn, error) {
	c, err := i.Attach(ctx, id)
	return c.(net.Conn), err
}
func (bytesImpl) Serve(_ context.Context, conn net.Conn) error {
	defer conn.Close()
	_, err := io.WriteString(conn, "served")
	return err
}

func newBytes(context.Context, Config) (bytesImpl, error) {
	return bytesImpl{new(bytes.Buffer)}, nil
}

func TestReaders(t *testing.T) {
	overEach(t, ReadersService(newBytes), func(t *testing.T, client *tenon.Client) {
		created = make(chan struct{})
		c := dispense(t, client, DispenseReaders)
		sum, n, err := c.Digest(t.Context(), strings.NewReader(strings.Repeat("ab", 100_000)))
		got(t, "Digest", []any{string(sum), n}, err, "[ab 200000]")
		var w strings.Builder
		copied, err := c.Copy(t.Context(), &w, io.NopCloser(strings.NewReader("copied")))
		got(t, "Copy", []any{w.String(), copied}, err, "[copied 6]")
		r, err := c.Open(t.Context(), "file")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		got(t, "Open", string(text), err, "in file")
		r.Close()
		if r, err := c.Open(t.Context(), ""); r != nil || !errors.Is(err, tenon.NotFound) {
			t.Errorf("Open of nothing: %v, %v", r, err)
		}
		plain, err := c.Plain(t.Context(), "")
		if plain != nil || err != nil {
			t.Errorf("a nil reader came as %v, %v", plain, err)
		}
		into, err := c.Create(t.Context(), "x")
		ok(t, "Create", err)
		fmt.Fprint(into, "text")
		ok(t, "Close", into.Close())
		<-created
		w.Reset()
		discarding, err := c.Append(t.Context(), closingWriter{&w, nil})
		discarding.(io.Closer).Close()
		got(t, "Append", w.String(), err, "appended")
		size, in, out, err := c.Both(t.Context(), "both")
		if err != nil || out != nil {
			t.Fatalf("Both: %v, %v", out, err)
		}
		text, err = io.ReadAll(in)
		got(t, "Both", []any{size, string(text)}, err, "[4 both]")
	})
}

func TestDuplexes(t *testing.T) {
	overEach(t, DuplexesService(newBytes), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseDuplexes)
		var w strings.Builder
		n, err := c.Shell(t.Context(), struct {
			io.Reader
			io.Writer
		}{strings.NewReader("hello\n"), &w})
		got(t, "Shell", []any{n, w.String()}, err, "[15 you said hello\n]")
		rw, err := c.Attach(t.Context(), "id")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(rw, "abc")
		text, err := io.ReadAll(rw)
		got(t, "Attach", string(text), err, "id abc")
		rw.Close()
	})
	overEach(t, ConnsService(newBytes), func(t *testing.T, client *tenon.Client) {
		c := dispense(t, client, DispenseConns)
		conn, err := c.Dial(t.Context(), "conn")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, "abc")
		text, err := io.ReadAll(conn)
		got(t, "Dial", string(text), err, "conn abc")
		conn.Close()
		here, there := net.Pipe()
		go c.Serve(t.Context(), there)
		text, err = io.ReadAll(here)
		got(t, "Serve", string(text), err, "served")
	})
}
