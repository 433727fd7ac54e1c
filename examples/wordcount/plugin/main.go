// Command plugin counts words.
package main

import (
	"context"
	"slices"
	"strings"
	"sync"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"
	"github.com/tenon-dev/tenon/examples/wordcount/words"
)

// counter counts the words of one text: every Dispense makes one.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
}

func newCounter(context.Context, struct{}) (*counter, error) {
	return &counter{counts: map[string]int{}}, nil
}

// Add counts what stands between anything that is no letter of ASCII.
func (c *counter) Add(ctx context.Context, text []byte) (struct{}, error) {
	counts := map[string]*int{}
	var word []byte
	end := func() {
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
	for i, b := range text {
		switch {
		case 'a' <= b && b <= 'z':
			word = append(word, b)
		case 'A' <= b && b <= 'Z':
			word = append(word, b+'a'-'A')
		default:
			end()
		}
		if i%(64<<10) == 0 && ctx.Err() != nil {
			return struct{}{}, ctx.Err()
		}
	}
	end()
	c.mu.Lock()
	defer c.mu.Unlock()
	for w, n := range counts {
		c.counts[w] += *n
	}
	return struct{}{}, nil
}

// Top sorts all words, those that occur equally often by their letters.
func (c *counter) Top(_ context.Context, n int) (words.Summary, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []words.Count
	for w, times := range c.counts {
		all = append(all, words.Count{Word: w, Times: times})
	}
	slices.SortFunc(all, func(a, b words.Count) int {
		if a.Times != b.Times {
			return b.Times - a.Times
		}
		return strings.Compare(a.Word, b.Word)
	})
	return words.Summary{Words: all[:min(max(n, 0), len(all))], Different: len(all)}, nil
}

func main() {
	tenon.Main(tenon.ServeConfig{
		Cookie:     words.Cookie,
		Services:   tenon.Services{"wordcount": rpc.NewService(newCounter, rpc.Handle(words.Add, (*counter).Add), rpc.Handle(words.Top, (*counter).Top))},
		Transports: words.Transports,
		Codecs:     words.Codecs,
	})
}
