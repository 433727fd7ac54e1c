// Command plugin is a web server without an address: its host reaches it over
// connections that run inside of the link.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/examples/reverse-proxy/web"
)

// server serves the connections that the host dials.
type server struct {
	conns chan net.Conn
}

// Dial returns one end of a new connection, and gives the other one to the web
// server.
func (s *server) Dial() (net.Conn, error) {
	theirs, ours := net.Pipe()
	s.conns <- ours
	return theirs, nil
}

// listener is the server as the web server sees it.
type listener server

var _ net.Listener = (*listener)(nil)

func (l *listener) Accept() (net.Conn, error) { return <-l.conns, nil }
func (l *listener) Close() error              { return nil }
func (l *listener) Addr() net.Addr            { return &net.UnixAddr{Name: "inside of the link", Net: "tenon"} }

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello from the plugin, %s", r.URL.Query().Get("name"))
	})
	mux.HandleFunc("POST /count", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, n)
	})
	mux.HandleFunc("GET /ticks", func(w http.ResponseWriter, r *http.Request) {
		for i := range 3 { // each leaves at once
			fmt.Fprintf(w, "tick %d\n", i)
			w.(http.Flusher).Flush()
		}
	})
	return mux
}

func main() {
	s := &server{conns: make(chan net.Conn)}
	go http.Serve((*listener)(s), routes()) // as long as the plugin lives
	tenon.Main(tenon.ServeConfig{
		Cookie:   web.Cookie,
		Services: tenon.Services{"web": dynamic.Service(s)},
	})
}
