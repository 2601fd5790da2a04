package chunker

/*
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#ifdef __APPLE__
#include <malloc/malloc.h>
#define size_of malloc_size
#elif defined(_WIN32)
#include <malloc.h>
#define size_of _msize
#else
#include <malloc.h>
#define size_of malloc_usable_size
#endif

// Defined by the C core, which go-tree-sitter links in.
void ts_set_allocator(void *(*new_malloc)(size_t), void *(*new_calloc)(size_t, size_t),
                      void *(*new_realloc)(void *, size_t), void (*new_free)(void *));

static _Atomic size_t held;
static size_t most;
static int code;

static void *counted(void *p) {
	size_t size = p ? size_of(p) : 0;
	if (!p || atomic_fetch_add_explicit(&held, size, memory_order_relaxed) + size > most)
		_Exit(code);
	return p;
}

static void bounded_free(void *p) {
	if (p) atomic_fetch_sub_explicit(&held, size_of(p), memory_order_relaxed);
	free(p);
}

static void *bounded_malloc(size_t n) { return counted(malloc(n ? n : 1)); }
static void *bounded_calloc(size_t n, size_t size) { return counted(calloc(n && size ? n : 1, n && size ? size : 1)); }

static void *bounded_realloc(void *p, size_t n) {
	if (p) atomic_fetch_sub_explicit(&held, size_of(p), memory_order_relaxed);
	return counted(realloc(p, n ? n : 1));
}

static void bound(size_t bytes, int exit_code) {
	most = bytes;
	code = exit_code;
	ts_set_allocator(bounded_malloc, bounded_calloc, bounded_realloc, bounded_free);
}
*/
import "C"

// go-tree-sitter routes every allocation of the C core through a callback into
// Go that calls libc's malloc. Null pointers select libc's malloc directly,
// which BenchmarkParse shows to be a quarter faster. Memory from either may be
// freed by the other, for both are libc's.
func init() { C.ts_set_allocator(nil, nil, nil, nil) }

// boundMemory lets the C core hold at most so many bytes at a time: what asks for
// more ends the process with code, because the core cannot be told that there is no
// memory. It must be called before anything is parsed. The little that scanners of
// grammars allocate by themselves is not counted, and the list of changed ranges,
// which go-tree-sitter frees past the core, is never counted off: some hundred
// bytes an edit.
func boundMemory(bytes, code int) { C.bound(C.size_t(bytes), C.int(code)) }
