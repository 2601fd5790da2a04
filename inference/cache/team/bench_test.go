package team

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/gloss-lsp/gloss/inference/cache"
)

const benchEntries = 20_000

// BenchmarkHit compares an answer of the user's own disk with one of a server on
// this machine, for a function alone and for the 200 of a document.
func BenchmarkHit(b *testing.B) {
	r := start(b)
	writer := join(b, r.url(), nil)
	dir := b.TempDir()
	warn := func(err error) { b.Error(err) }
	disk := cache.Open(dir, cache.Options{Warn: warn})
	keys := make([]cache.Key, benchEntries)
	for i := range keys {
		keys[i] = key(fmt.Sprint(i))
		e := entry("Returns the index of the first element that equals x.")
		writer.Put(keys[i], e)
		if err := disk.Put(keys[i], e); err != nil {
			b.Fatal(err)
		}
		if i%1000 == 999 {
			writer.writers.Wait()
			if err := disk.Flush(); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := disk.Close(); err != nil {
		b.Fatal(err)
	}
	disk = cache.Open(dir, cache.Options{MemoryEntries: 1, Warn: warn})
	defer disk.Close()
	m := join(b, r.url(), nil)
	for _, n := range []int{1, 200} {
		ask := func(i int) []cache.Key {
			from := i * 7919 * n % (len(keys) - n)
			return keys[from : from+n]
		}
		b.Run(fmt.Sprintf("disk/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if got := disk.GetMany(ask(i)); len(got) != n {
					b.Fatalf("%d of %d", len(got), n)
				}
			}
		})
		b.Run(fmt.Sprintf("redis/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				var got atomic.Int64
				for _, key := range ask(i) {
					m.Ahead(key, func(cache.Entry) { got.Add(1) })
				}
				for _, key := range ask(i) {
					m.Await(b.Context(), key)
				}
				if int(got.Load()) != n {
					b.Fatalf("%d of %d; %s", got.Load(), n, m.warnings())
				}
			}
		})
	}
}

// BenchmarkDeadServer is what a summary pays while the server is left alone.
func BenchmarkDeadServer(b *testing.B) {
	m := join(b, "unix:///nowhere/socket", nil)
	for i := 0; b.Loop(); i++ {
		k := key(fmt.Sprint(i))
		m.Ahead(k, func(cache.Entry) {})
		m.Await(b.Context(), k)
	}
}
