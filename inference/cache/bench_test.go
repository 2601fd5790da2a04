package cache

import (
	"fmt"
	"testing"
)

const benchEntries = 20_000

// filled returns a Cache over a file of benchEntries, with room in memory for
// only memory of them, and their keys.
func filled(b *testing.B, memory int) (*Cache, []Key) {
	b.Helper()
	dir := b.TempDir()
	c := open(b, dir, Options{})
	keys := make([]Key, benchEntries)
	for i := range keys {
		keys[i] = key(fmt.Sprint(i))
		if err := c.Put(keys[i], entry("Returns the index of the first element that equals x.")); err != nil {
			b.Fatal(err)
		}
		if i%1000 == 999 {
			flush(b, c)
		}
	}
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
	c = open(b, dir, Options{MemoryEntries: memory})
	c.GetMany(keys[:min(memory, len(keys))])
	b.ReportAllocs()
	b.ResetTimer()
	return c, keys
}

func BenchmarkGet(b *testing.B) {
	for name, memory := range map[string]int{"memory": benchEntries, "disk": 1} {
		b.Run(name, func(b *testing.B) {
			c, keys := filled(b, memory)
			for i := 0; b.Loop(); i++ {
				if _, ok := c.Get(keys[i*7919%len(keys)]); !ok {
					b.Fatal("missing")
				}
			}
		})
	}
}

// BenchmarkGetMany reads the functions of one document from disk.
func BenchmarkGetMany(b *testing.B) {
	c, keys := filled(b, 1)
	for i := 0; b.Loop(); i++ {
		from := i * 200 % len(keys)
		if got := c.GetMany(keys[from : from+200]); len(got) != 200 {
			b.Fatalf("%d entries, want 200", len(got))
		}
	}
}

// BenchmarkPut is the cost for the caller and of the writing behind it.
func BenchmarkPut(b *testing.B) {
	c, keys := filled(b, benchEntries)
	for i := 0; b.Loop(); i++ {
		if err := c.Put(keys[i%len(keys)], entry("Returns the last element.")); err != nil {
			b.Fatal(err)
		}
		if i%1000 == 999 {
			flush(b, c)
		}
	}
	flush(b, c)
}
