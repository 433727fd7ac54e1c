package discover

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/internal/private"
)

// A cache keeps descriptions by the hash of the file that gave them. What goes wrong
// with it costs time and nothing else.
type cache string // a directory; "" for none

func (o Options) cache() cache {
	switch {
	case o.NoCache:
		return ""
	case o.CacheDir != "":
		return cache(o.CacheDir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return cache(filepath.Join(dir, "tenon"))
}

func (c cache) path(sum [32]byte) string {
	return filepath.Join(string(c), hex.EncodeToString(sum[:])+".json")
}

func (c cache) get(sum [32]byte) (d tenon.Description, ok bool) {
	if c == "" {
		return d, false
	}
	b, err := private.ReadShort(c.path(sum), longestDescription)
	if err != nil {
		return d, false
	}
	d, err = Parse(b)
	return d, err == nil
}

// put writes a file of its own and renames it, so that no reader sees a half.
func (c cache) put(sum [32]byte, d tenon.Description) {
	if c == "" || os.MkdirAll(string(c), 0o700) != nil {
		return
	}
	b, err := json.Marshal(d)
	if err != nil {
		return
	}
	f, err := os.CreateTemp(string(c), "new-*")
	if err != nil {
		return
	}
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), c.path(sum))
	}
	if err != nil {
		os.Remove(f.Name())
	}
}
