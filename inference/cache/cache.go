// Package cache remembers summaries: in memory, behind that in one SQLite file
// that all processes of a user share, and behind that, where there is one, in a
// cache that a team shares.
//
// It is a cache and never the reason for a failure. Whatever is wrong with the
// disk (no room, no permission, a lock, a damaged file), entries are kept in
// memory, the caller is told once, and the disk is tried again later. No call
// but Open, Flush and Close waits for the disk longer than readWait.
package cache

import (
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// flushDelay gathers entries into one transaction.
	flushDelay = 100 * time.Millisecond
	// maxPending bounds what waits to be written.
	maxPending = 4096
	// readWait bounds a read, even on a file system that hangs. SQLite's own
	// wait for locks, readBusy, is shorter.
	readWait = 500 * time.Millisecond
	// A disk that failed is left alone for a while.
	readPause  = 5 * time.Second
	writePause = 30 * time.Second
	// touchEvery is the precision of the last-use times on disk.
	touchEvery = time.Hour
)

// DefaultMaxSize is the same for all programs that share a file: the one with
// the smallest bound decides.
const DefaultMaxSize = 256 << 20

// Options tune a Cache. The zero value is good.
type Options struct {
	// MemoryEntries bounds the entries in memory, 8192 by default. With texts
	// of 120 characters that is about 3 MiB.
	MemoryEntries int
	// MaxSize bounds the file in bytes, DefaultMaxSize by default. The least recently
	// used entries give way.
	MaxSize int64
	// Warn is told of each kind of trouble with the disk once. The error says
	// what happened, where, and what to do. Warn may be called from any
	// goroutine and must not call the Cache.
	Warn func(error)
	// Team is a cache behind this one, nil for none. It stays the caller's to
	// close, before the Cache.
	Team Team
}

// Stats says how a Cache fares.
type Stats struct {
	// Path is the file, "" for a Cache in memory only.
	Path string
	// Disk is false while the file is not in use.
	Disk bool
	// Memory and Pending count the entries in memory and those among them that
	// are not on disk yet.
	Memory, Pending int
	// Hits counts the answers from memory, DiskHits those from disk.
	Hits, DiskHits, Misses uint64
	// Lost counts writes that never reached the disk, Evicted the rows that
	// this process deleted to keep to MaxSize.
	Lost, Evicted uint64
}

// Cache maps keys to entries. It is safe for concurrent use, by any number of
// processes on the same directory.
type Cache struct {
	dir     string
	maxSize int64
	warning func(error)
	team    Team // nil for none

	// reading holds a token while a query runs, so that readers of a disk that
	// hangs do not pile up.
	reading chan struct{}
	// writing is held by whoever writes, or opens or replaces the disk.
	writing sync.Mutex

	mu      sync.Mutex // guards what follows, never held during input or output
	memory  *simplelru.LRU[Key, row]
	pending map[Key]*change
	disk    *disk // nil while the disk is not in use
	// No read before readAfter, no write before writeAfter.
	readAfter, writeAfter time.Time
	timer                 *time.Timer // runs while a flush is due
	warned                map[problem]bool
	stats                 Stats
	closed                bool
}

// Open opens the cache in dir, which is made if need be. It never fails: what
// is wrong with the disk goes to o.Warn, and the Cache works in memory. With an
// empty dir it works in memory from the start, and with a relative one, which
// is anybody's, as well.
func Open(dir string, o Options) *Cache {
	if o.MemoryEntries <= 0 {
		o.MemoryEntries = 8192
	}
	if o.MaxSize <= 0 {
		o.MaxSize = DefaultMaxSize
	}
	if o.Warn == nil {
		o.Warn = func(error) {}
	}
	memory, err := simplelru.NewLRU[Key, row](o.MemoryEntries, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	c := &Cache{
		dir:     dir,
		maxSize: o.MaxSize,
		warning: o.Warn,
		team:    o.Team,
		reading: make(chan struct{}, 1),
		memory:  memory,
		pending: map[Key]*change{},
		warned:  map[problem]bool{},
	}
	if dir != "" && !filepath.IsAbs(dir) {
		c.dir = ""
		o.Warn(fmt.Errorf("summary cache %.100s: the path is relative, and the working directory of an editor's server is the workspace; summaries are kept in memory only: give an absolute path", dir))
	}
	if c.dir != "" {
		c.writing.Lock()
		defer c.writing.Unlock()
		_ = c.reopen(nil, nil) // it has warned
	}
	return c
}

// Get returns the entry of key.
func (c *Cache) Get(key Key) (Entry, bool) {
	if e, ok := c.Memory(key); ok {
		return e, true
	}
	e, ok := c.GetMany([]Key{key})[key]
	return e, ok
}

// Memory is Get without the disk: it never waits.
func (c *Cache) Memory(key Key) (Entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fromMemory(key)
}

func (c *Cache) fromMemory(key Key) (Entry, bool) {
	r, ok := c.memory.Get(key)
	if !ok {
		return Entry{}, false
	}
	c.stats.Hits++
	c.touch(key, r)
	return r.Entry, true
}

// GetMany returns the entries of those keys that have one. It reads all that
// are not in memory in one go.
func (c *Cache) GetMany(keys []Key) map[Key]Entry {
	found := make(map[Key]Entry, len(keys))
	var missing []Key
	c.mu.Lock()
	for _, key := range keys {
		if e, ok := c.fromMemory(key); ok {
			found[key] = e
		} else if ch := c.pending[key]; ch == nil || ch.entry == nil {
			missing = append(missing, key)
		} else { // it lost its place in memory
			found[key] = *ch.entry
		}
	}
	c.mu.Unlock()
	for key, r := range c.fromDisk(missing) {
		found[key] = r.Entry
	}
	c.mu.Lock()
	c.stats.Misses += uint64(len(keys) - len(found))
	c.mu.Unlock()
	return found
}

// fromDisk reads the rows of keys, at most for readWait. What arrives later
// still gets into memory.
func (c *Cache) fromDisk(keys []Key) map[Key]row {
	c.mu.Lock()
	d := c.disk
	if time.Now().Before(c.readAfter) {
		d = nil
	}
	c.mu.Unlock()
	if len(keys) == 0 || d == nil {
		return nil
	}
	timeout := time.NewTimer(readWait)
	defer timeout.Stop()
	answer := make(chan map[Key]row, 1)
	select {
	case c.reading <- struct{}{}:
		go func() {
			defer func() { <-c.reading }()
			rows := make(map[Key]row, len(keys))
			err := d.get(keys, rows)
			answer <- c.remember(rows)
			c.readFailed(d, err)
		}()
	case <-timeout.C:
		c.readFailed(d, errSlow)
		return nil
	}
	select {
	case rows := <-answer:
		return rows
	case <-timeout.C:
		c.readFailed(d, errSlow)
		return nil
	}
}

// remember puts rows from disk into memory, unless something newer is there.
func (c *Cache) remember(rows map[Key]row) map[Key]row {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, r := range rows {
		if newer, ok := c.memory.Peek(key); ok {
			rows[key] = newer
			continue
		}
		c.stats.DiskHits++
		c.memory.Add(key, r)
		c.touch(key, r)
	}
	return rows
}

// touch notes that a row was used, if its last-use time is old. It causes no
// write of its own: touches go with the next one.
func (c *Cache) touch(key Key, r row) {
	now := time.Now().Unix()
	if now-r.used < int64(touchEvery/time.Second) {
		return
	}
	r.used = now
	c.memory.Add(key, r)
	if c.dir != "" && c.pending[key] == nil && len(c.pending) < maxPending {
		c.pending[key] = &change{used: now}
	}
}

// Put remembers e for key, at once in memory and soon after on disk. The error
// wraps ErrInvalid when e is not fit to be kept; trouble with the disk is no
// error.
func (c *Cache) Put(key Key, e Entry) error {
	if err := e.Check(); err != nil {
		return err
	}
	now := time.Now().Unix()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory.Add(key, row{Entry: e, used: now})
	c.change(key, &change{entry: &e, used: now})
	return nil
}

// change makes a write pending and sees to it that it is done soon.
func (c *Cache) change(key Key, ch *change) {
	if c.dir == "" || c.closed {
		return
	}
	if c.pending[key] == nil && len(c.pending) >= maxPending {
		c.stats.Lost++
		return
	}
	c.pending[key] = ch
	if c.timer == nil && time.Now().After(c.writeAfter) {
		c.timer = time.AfterFunc(flushDelay, func() { _ = c.Flush() })
	}
}
