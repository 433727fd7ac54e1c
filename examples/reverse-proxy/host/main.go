// Command host puts a reverse proxy in front of the web server inside of a plugin.
//
//	host -plugin ./plugin              ask it some things
//	host -plugin ./plugin -listen :8080  serve until interrupted
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/signal"
	"strings"
	"sync"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/examples/reverse-proxy/web"
)

func main() {
	plugin := flag.String("plugin", "./plugin", "the plugin's executable `file`")
	listen := flag.String("listen", "", "the `address` to serve on; empty: ask the plugin some things and leave")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *plugin, *listen); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, plugin, listen string) error {
	client := tenon.NewClient(tenon.ClientConfig{Cookie: web.Cookie, Launcher: launch.Command(plugin), Stderr: os.Stderr})
	defer client.Close()
	var w web.Client
	if err := dynamic.Bind(ctx, client, "web", &w); err != nil {
		return err
	}
	upstream := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.Dial(ctx) },
	}
	defer upstream.CloseIdleConnections()
	proxy := &httputil.ReverseProxy{
		Transport: upstream,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "plugin"
		},
	}
	address := listen
	if address == "" {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: proxy}
	var served sync.WaitGroup
	served.Add(1)
	go func() { // ends with Close
		defer served.Done()
		server.Serve(l)
	}()
	defer served.Wait()
	defer server.Close()
	if listen != "" {
		fmt.Fprintln(out, "serving on", l.Addr())
		<-ctx.Done()
		return nil
	}
	return ask(ctx, out, "http://"+l.Addr().String())
}

// ask makes requests to the proxy, some of them at the same time.
func ask(ctx context.Context, out io.Writer, base string) error {
	text, err := request(ctx, "GET", base+"/hello?name=you", nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, text)
	const size = 32 << 20
	text, err = request(ctx, "POST", base+"/count", io.LimitReader(zeros{}, size))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the plugin counted %s of %d bytes\n", text, size)
	text, err = request(ctx, "GET", base+"/ticks", nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, strings.ReplaceAll(strings.TrimSpace(text), "\n", ", "))

	const atOnce = 20
	failed := make(chan error, atOnce)
	for i := range atOnce {
		go func() {
			want := fmt.Sprintf("hello from the plugin, %d", i)
			text, err := request(ctx, "GET", fmt.Sprintf("%s/hello?name=%d", base, i), nil)
			if err == nil && text != want {
				err = fmt.Errorf("got %q, not %q", text, want)
			}
			failed <- err
		}()
	}
	for range atOnce {
		if err := <-failed; err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%d requests at the same time\n", atOnce)
	return nil
}

func request(ctx context.Context, method, url string, body io.Reader) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, url, resp.Status, text)
	}
	return string(text), err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
