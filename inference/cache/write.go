package cache

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"time"
)

// lockRetries bounds how often a write waits, for writeBusy, for processes
// that write at the same time.
const lockRetries = 3

// Flush writes what is pending. What cannot be written stays pending, for the
// next Put, Flush or Close to try again.
func (c *Cache) Flush() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	changes := maps.Clone(c.pending)
	closed := c.closed
	c.mu.Unlock()
	if closed || len(changes) == 0 {
		return nil
	}

	err := c.write(changes)
	c.mu.Lock()
	if err != nil {
		c.writeAfter = time.Now().Add(writePause)
	} else {
		// A key that changed meanwhile holds another *change and stays.
		maps.DeleteFunc(c.pending, func(key Key, ch *change) bool { return changes[key] == ch })
	}
	c.mu.Unlock()
	return err
}

// write applies changes to the disk, which it opens again where that helps.
// The caller holds c.writing.
func (c *Cache) write(changes map[Key]*change) error {
	d := c.current()
	if d == nil || d.moved() {
		if err := c.reopen(d, nil); err != nil {
			return err
		}
		d = c.current()
	}
	err := d.apply(changes)
	for range lockRetries - 1 {
		if err == nil || classify(err) != locked {
			break
		}
		err = d.apply(changes)
	}
	if err != nil && classify(err) == corrupt {
		_ = c.warn(err)
		if err := c.reopen(d, d.info); err != nil {
			return err
		}
		d = c.current()
		err = d.apply(changes)
	}
	if err != nil {
		return c.warn(err)
	}
	evicted, err := d.evict(c.maxSize)
	if err != nil {
		_ = c.warn(err) // the changes are written all the same
	}
	c.mu.Lock()
	c.stats.Evicted += uint64(evicted)
	c.mu.Unlock()
	return nil
}

func (c *Cache) current() *disk {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.disk
}

// reopen replaces old, which may be nil, by a newly opened disk. A file that is
// still the same as suspect is set aside. The caller holds c.writing.
func (c *Cache) reopen(old *disk, suspect fs.FileInfo) error {
	if old != nil {
		c.mu.Lock()
		c.disk = nil
		c.mu.Unlock()
		_ = old.close() // a file that is damaged or gone has nothing to lose
	}
	d, wasCorrupt, err := openDisk(c.dir, suspect)
	if wasCorrupt != nil {
		_ = c.warn(wasCorrupt)
	}
	if err != nil {
		err = c.warn(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.writeAfter = time.Now().Add(writePause)
		return err
	}
	c.disk = d
	c.readAfter, c.writeAfter = time.Time{}, time.Time{}
	return nil
}

// readFailed draws the consequences of an error of reading from d.
func (c *Cache) readFailed(d *disk, err error) {
	c.mu.Lock()
	stale := c.disk != d // the error is that d was closed meanwhile
	if err != nil && !stale {
		c.readAfter = time.Now().Add(readPause)
	}
	c.mu.Unlock()
	if err == nil || stale {
		return
	}
	_ = c.warn(err)
	if classify(err) != corrupt {
		return
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.current() == d {
		_ = c.reopen(d, d.info) // it has warned
	}
}

// warn explains err and reports it unless its like has been reported before.
func (c *Cache) warn(err error) error {
	p := classify(err)
	err = explain(p, filepath.Join(c.dir, fileName), err)
	c.mu.Lock()
	known := c.warned[p]
	c.warned[p] = true
	c.mu.Unlock()
	if !known {
		c.warning(err)
	}
	return err
}

// Stats returns how the Cache fares.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	if c.dir != "" {
		s.Path = filepath.Join(c.dir, fileName)
	}
	s.Disk = c.disk != nil
	s.Memory, s.Pending = c.memory.Len(), len(c.pending)
	return s
}

// Close writes what is pending and closes the file. The Cache then works in
// memory.
func (c *Cache) Close() error {
	err := c.Flush()
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	d := c.disk
	c.disk, c.closed = nil, true
	c.stats.Lost += uint64(len(c.pending))
	clear(c.pending)
	c.mu.Unlock()
	if d == nil {
		return err
	}
	return errors.Join(err, d.close())
}
