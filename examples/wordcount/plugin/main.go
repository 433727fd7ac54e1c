// Command plugin counts words.
package main

import (
	"context"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/examples/wordcount/words"
)

type counter struct{}

func newCounter(context.Context, struct{}) (counter, error) { return counter{}, nil }

// Count counts what stands between anything that is no letter of ASCII.
func (counter) Count(ctx context.Context, text []byte) (words.Counts, error) {
	counts := map[string]*int{}
	var word []byte
	add := func() {
		if len(word) == 0 {
			return
		}
		if n := counts[string(word)]; n != nil { // the conversion for a lookup copies nothing
			*n++
		} else {
			one := 1
			counts[string(word)] = &one
		}
		word = word[:0]
	}
	for i, c := range text {
		switch {
		case 'a' <= c && c <= 'z':
			word = append(word, c)
		case 'A' <= c && c <= 'Z':
			word = append(word, c+'a'-'A')
		default:
			add()
		}
		if i%(64<<10) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	add()
	result := make(words.Counts, len(counts))
	for w, n := range counts {
		result[w] = *n
	}
	return result, nil
}

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:     words.Cookie,
		Services:   tenon.Services{"wordcount": rpc.NewService(newCounter, rpc.Handle(words.Count, counter.Count))},
		Transports: words.Transports,
		Codecs:     words.Codecs,
	})
}
