package cache

import "context"

// Team is a cache that machines share, behind those of each.
type Team interface {
	// Ahead asks for key, and has what there is given to found. It never waits.
	Ahead(key Key, found func(Entry))
	// Await waits for the answer to what was asked, for a moment at most.
	Await(ctx context.Context, key Key)
	// Put has e remembered, soon. It never waits.
	Put(key Key, e Entry)
}

// Ahead has the team's cache asked for key, which is known to be neither in
// memory nor on disk, so that Fetch need hardly wait. It never waits itself.
func (c *Cache) Ahead(key Key) {
	if c.team != nil {
		c.team.Ahead(key, func(e Entry) { c.found(key, e) })
	}
}

// found keeps what came from the team, unless something newer is there.
func (c *Cache) found(key Key, e Entry) {
	if _, ok := c.Memory(key); !ok {
		_ = c.Put(key, e) // what is not fit to be kept is not kept
	}
}

// Fetch is Get with the team's cache behind it, which it waits for, shortly.
func (c *Cache) Fetch(ctx context.Context, key Key) (Entry, bool) {
	if e, ok := c.Get(key); ok || c.team == nil {
		return e, ok
	}
	c.Ahead(key)
	c.team.Await(ctx, key)
	return c.Memory(key)
}

// Share gives the team what this machine has made for key.
func (c *Cache) Share(key Key, e Entry) {
	if c.team != nil {
		c.team.Put(key, e)
	}
}
