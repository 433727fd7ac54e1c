package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// outputAttacks are what a plugin can print.
func outputAttacks() []attack {
	printing := func(print func() error) func(r *raw) error {
		return func(r *raw) error {
			printed := false
			return r.serve(func(call frame) error {
				if !printed {
					printed = true
					if err := print(); err != nil {
						return err
					}
				}
				return r.echo(call)
			})
		}
	}
	to := func(f *os.File, n int, piece string) func() error {
		b := bytes.Repeat([]byte(piece), 1+(64<<10)/len(piece))
		return func() error {
			for sent := 0; sent < n; sent += len(b) {
				if _, err := f.Write(b); err != nil {
					return err
				}
			}
			_, err := f.Write([]byte("\n"))
			return err
		}
	}
	return []attack{
		{name: "stderr-line", only: "plugin", what: "1 GB on stderr in one line", want: "truncated=true", survives: true, play: printing(to(os.Stderr, 1e9, "x"))},
		{name: "stdout-line", only: "plugin", what: "1 GB on stdout in one line", want: "truncated=true", survives: true, play: printing(to(os.Stdout, 1e9, "x"))},
		{name: "stderr-lines", only: "plugin", what: "millions of short lines", want: "lines were left out", survives: true, play: printing(to(os.Stderr, 50e6, "short\n"))},
		{name: "panic-text", only: "plugin", what: "what looks like the text of a panic, without an end", survives: true, play: printing(to(os.Stderr, 100e6, "panic: no\n\tgoroutine 1 [running]:\n"))},
		{name: "escapes", only: "plugin", what: "lines that would drive a terminal", want: `\\x1b\]0;evil`, survives: true, play: printing(func() error {
			for _, prefix := range []string{"", "\x1etenon-log {\"level\":\"INFO\",\"msg\":\"\\u001b]0;evil\\u0007\",\"a\\u001b[2J\":\"\\u009b31m\"}\n"} {
				if _, err := fmt.Fprintf(os.Stderr, "%s\x1b]0;evil\x07\x1b[2J\x9b31m\u202e\r\x00\x08\n", prefix); err != nil {
					return err
				}
			}
			return nil
		})},
		{name: "escapes-in-errors", only: "plugin", what: "errors that would drive a terminal", want: `aborted: .*\\x1b\]0;evil`, survives: true, play: func(r *raw) error {
			const evil = `\u001b]0;evil\u0007\u001b[2J\u009b31m\u202e`
			return r.fails([]byte(`{"code":"aborted","message":"` + evil + `","is":["` + evil + `"],"details":{"` + evil + `":""},"panic":{"value":"` + evil + `"}}`))
		}},
		{name: "log-types", only: "plugin", what: "records whose members are of other types", want: "@message", survives: true, play: printing(func() error {
			lines := []string{
				`{"@message":1}`, `{"@level":[],"@message":{},"@timestamp":7}`, `{"msg":1,"level":{},"time":[]}`, `null`, `{}`, `[]`, `{"level":"INFO","msg":null}`,
				`{"level":"INFO+99999999999999999999","msg":"x"}`, `{"level":"INFO","msg":"x","msg":"y","n":1e999,"m":` + strings.Repeat("9", 500) + `}`,
				`{"level":"INFO","msg":"x","g":` + strings.Repeat(`{"g":`, 5000) + "1" + strings.Repeat("}", 5001),
				`{"level":"INFO","msg":"x","l":` + strings.Repeat("[", 5000), `{"level":"INFO","msg":"` + strings.Repeat("x", 5<<20) + `"}`,
			}
			for range 3 {
				for _, line := range lines {
					for _, mark := range []string{"", "\x1etenon-log "} {
						if _, err := fmt.Fprintln(os.Stderr, mark+line); err != nil {
							return err
						}
					}
				}
			}
			return nil
		})},
		{name: "announcements", only: "plugin", what: "thousands of announcements of other links", survives: true, play: printing(func() error {
			for i := range 5000 {
				if _, err := fmt.Printf("tenon-link-4f9c0be27a61d835|1|tcp|192.0.2.%d:80\n", i%256); err != nil {
					return err
				}
			}
			return nil
		})},
	}
}
