package chunker

/*
#include <stddef.h>

// Defined by the C core, which go-tree-sitter links in.
void ts_set_allocator(void *(*new_malloc)(size_t), void *(*new_calloc)(size_t, size_t),
                      void *(*new_realloc)(void *, size_t), void (*new_free)(void *));
*/
import "C"

// go-tree-sitter routes every allocation of the C core through a callback into
// Go that calls libc's malloc. Null pointers select libc's malloc directly,
// which BenchmarkParse shows to be a quarter faster. Memory from either may be
// freed by the other, for both are libc's.
func init() { C.ts_set_allocator(nil, nil, nil, nil) }
