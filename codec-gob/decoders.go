package gobcodec

import (
	"bytes"
	"encoding/gob"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/tenon-dev/tenon/core/codec"
)

// Bounds on what a cache remembers.
const (
	maxEntries        = 256
	maxEntriesPerType = 16       // so that no one type, and who sends it, pushes out all others
	maxCachedBytes    = 64 << 10 // of the definitions of one entry
)

// A decoderCache keeps decoders that have read a set of definitions and decode
// into one type. Definitions are compared as bytes: what a peer says about its
// types affects no message but those that say exactly the same. Its zero value is
// empty and ready.
type decoderCache struct {
	mu      sync.RWMutex
	entries map[cacheKey]*cacheEntry
	// clock counts what was added, and is the time by which entries age. A hit
	// does not move it, so hits do not contend for it.
	clock atomic.Uint64

	maxElements int // of a value; 0: codec.MaxElements
}

func (c *decoderCache) elements() int {
	if c.maxElements <= 0 {
		return codec.MaxElements
	}
	return c.maxElements
}

type cacheKey struct {
	target      reflect.Type
	definitions string
}

type cacheEntry struct {
	schema *schema
	primed sync.Pool // of *decoder
	used   atomic.Uint64
}

// A decoder is a gob decoder over one message at a time.
type decoder struct {
	in  bytes.Reader
	gob *gob.Decoder
}

// read decodes the segments in src, of which the last is a value.
func (d *decoder) read(src []byte, target reflect.Value) error {
	d.in.Reset(src)
	err := d.gob.DecodeValue(target)
	d.in.Reset(nil)
	if err != nil {
		return explain(err)
	}
	return nil
}

func (c *decoderCache) decode(src []byte, target reflect.Value) error {
	definitions, value, err := split(src)
	if err != nil {
		return err
	}
	entry := c.find(target.Type(), definitions)
	known := entry != nil
	if !known {
		s, err := parseDefinitions(definitions)
		if err != nil {
			return err
		}
		entry = &cacheEntry{schema: s}
	}
	if err := entry.schema.check(value, c.elements()); err != nil {
		return err
	}
	// A decoder that met an error is in no known state, and is not kept.
	d, _ := entry.primed.Get().(*decoder)
	if d != nil {
		err = d.read(value, target)
	} else {
		d = new(decoder)
		d.gob = gob.NewDecoder(&d.in)
		err = d.read(src, target)
	}
	if err != nil {
		return err
	}
	if len(src) <= maxKept {
		entry.primed.Put(d)
	}
	if !known && len(definitions) <= maxCachedBytes {
		c.add(target.Type(), string(definitions), entry)
	}
	return nil
}

func (c *decoderCache) find(target reflect.Type, definitions []byte) *cacheEntry {
	c.mu.RLock()
	defer c.mu.RUnlock()
	entry := c.entries[cacheKey{target, string(definitions)}]
	if entry != nil {
		if now := c.clock.Load(); entry.used.Load() != now {
			entry.used.Store(now)
		}
	}
	return entry
}

func (c *decoderCache) add(target reflect.Type, definitions string, entry *cacheEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = make(map[cacheKey]*cacheEntry)
	}
	if _, ok := c.entries[cacheKey{target, definitions}]; ok {
		return // another goroutine was first
	}
	c.makeRoom(target)
	entry.used.Store(c.clock.Add(1))
	c.entries[cacheKey{target, definitions}] = entry
}

// makeRoom forgets the entry that was not used for longest, of target's if there
// are too many of these, or else of all if those are too many. The caller holds
// the lock.
func (c *decoderCache) makeRoom(target reflect.Type) {
	var oldest, oldestOfTarget cacheKey
	var entry, entryOfTarget *cacheEntry
	ofTarget := 0
	for key, e := range c.entries {
		if entry == nil || e.used.Load() < entry.used.Load() {
			oldest, entry = key, e
		}
		if key.target != target {
			continue
		}
		if ofTarget++; entryOfTarget == nil || e.used.Load() < entryOfTarget.used.Load() {
			oldestOfTarget, entryOfTarget = key, e
		}
	}
	switch {
	case ofTarget >= maxEntriesPerType:
		delete(c.entries, oldestOfTarget)
	case len(c.entries) >= maxEntries:
		delete(c.entries, oldest)
	}
}
