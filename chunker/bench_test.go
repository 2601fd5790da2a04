package chunker

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// realistic is code of a few dozen lines in three languages; %d makes names
// differ.
var realistic = map[string]string{
	"go": `
// Store%[1]d keeps entries by their key and drops the oldest ones when it is
// full. It is safe for concurrent use.
type Store%[1]d struct {
	mu      sync.Mutex
	entries map[string]*entry
	limit   int
}

// NewStore%[1]d makes a store of at most limit entries.
func NewStore%[1]d(limit int) (*Store%[1]d, error) {
	if limit <= 0 {
		return nil, fmt.Errorf("limit %%d is not positive", limit)
	}
	return &Store%[1]d{entries: make(map[string]*entry), limit: limit}, nil
}

// Get returns the entry of a key, e.g. "user:1", and whether there is one.
func (s *Store%[1]d) Get(key string) (value []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[key]
	if !ok {
		return nil, false
	}
	e.used = time.Now()
	return e.value, true
}

// Put stores a value and evicts until the limit is kept.
func (s *Store%[1]d) Put(ctx context.Context, key string, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.entries) >= s.limit {
		oldest := ""
		for k, e := range s.entries {
			if oldest == "" || e.used.Before(s.entries[oldest].used) {
				oldest = k
			}
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("evicting %%q: %%w", oldest, err)
		}
		delete(s.entries, oldest)
	}
	s.entries[key] = &entry{value: value, used: time.Now()}
	return nil
}
`,
	"python": `

class Store%[1]d(Base):
    """Keeps entries by their key."""

    def __init__(self, limit: int = 10) -> None:
        """Make a store of at most limit entries."""
        if limit <= 0:
            raise ValueError(f"limit {limit} is not positive")
        self.entries: dict[str, Entry] = {}
        self.limit = limit

    @property
    def size(self) -> int:
        return len(self.entries)

    def get(self, key: str, default=None):
        """Return the entry of a key, e.g. "user:1".

        Args:
            key: the key
        """
        entry = self.entries.get(key)
        if entry is None:
            return default
        entry.used = time.monotonic()
        return entry.value

    async def put(self, key: str, value: bytes) -> None:
        # Evict until the limit is kept.
        while len(self.entries) >= self.limit:
            oldest = min(self.entries, key=lambda k: self.entries[k].used)
            del self.entries[oldest]
        self.entries[key] = Entry(value, time.monotonic())


def merge%[1]d(*stores):
    result = {}
    for store in stores:
        for key, entry in store.entries.items():
            if key not in result or entry.used > result[key].used:
                result[key] = entry
    return result
`,
	"typescript": `
/** Keeps entries by their key. */
export class Store%[1]d<T> extends Base implements Source {
  private readonly entries = new Map<string, Entry<T>>();

  /** Makes a store of at most limit entries. */
  constructor(private readonly limit: number) {
    super();
    if (limit <= 0) {
      throw new RangeError(` + "`limit ${limit} is not positive`" + `);
    }
  }

  /**
   * Returns the entry of a key, e.g. "user:1".
   *
   * @param key the key
   */
  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      return undefined;
    }
    entry.used = Date.now();
    return entry.value;
  }

  @traced()
  async put(key: string, value: T): Promise<void> {
    // Evict until the limit is kept.
    while (this.entries.size >= this.limit) {
      const [oldest] = [...this.entries].sort((a, b) => a[1].used - b[1].used)[0];
      this.entries.delete(oldest);
      await this.emit("evicted", { key: oldest });
    }
    this.entries.set(key, { value, used: Date.now() });
  }
}

export const merge%[1]d = <T>(...stores: Store%[1]d<T>[]): Map<string, T> => {
  const result = new Map<string, T>();
  for (const store of stores) {
    store.each((key, value) => {
      result.set(key, value);
    });
  }
  return result;
};
`,
}

// fiveThousandLines repeats the code of a language.
func fiveThousandLines(id string) (*Language, string) {
	var b strings.Builder
	if id == "go" {
		b.WriteString("package store\n")
	}
	for i := 0; strings.Count(b.String(), "\n") < 5000; i++ {
		fmt.Fprintf(&b, realistic[id], i)
	}
	return LanguageByID(id), b.String()
}

// BenchmarkParse cuts a file of 5,000 lines.
func BenchmarkParse(b *testing.B) {
	for _, id := range []string{"go", "python", "typescript"} {
		b.Run(id, func(b *testing.B) {
			language, text := fiveThousandLines(id)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				f, err := Parse(b.Context(), language, text, Options{})
				if err != nil {
					b.Fatal(err)
				}
				f.Close()
			}
		})
	}
}

// BenchmarkApply types and deletes one character in the middle of a file of
// 5,000 lines, in a name, in this process and in a worker, and reports the 99th
// percentile too.
func BenchmarkApply(b *testing.B) {
	for _, id := range []string{"go", "python", "typescript"} {
		for where, options := range map[string]Options{"here": {}, "worker": {Workers: newTestWorkers(b, 1)}} {
			b.Run(id+"/"+where, func(b *testing.B) {
				language, text := fiveThousandLines(id)
				at := len(text)/2 + strings.Index(text[len(text)/2:], "oldest") + 3
				texts := [2]string{text[:at] + "x" + text[at:], text}
				f, err := Parse(b.Context(), language, text, options)
				if err != nil {
					b.Fatal(err)
				}
				defer f.Close()
				var took []time.Duration
				for i := 0; b.Loop(); i++ {
					start := time.Now()
					if err := f.Apply(b.Context(), texts[i%2]); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(start))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			})
		}
	}
}

// BenchmarkWorkerStart is the first file of a worker.
func BenchmarkWorkerStart(b *testing.B) {
	for b.Loop() {
		workers := newTestWorkers(b, 1)
		f, err := Parse(b.Context(), LanguageByID("go"), "package p\n", Options{Workers: workers})
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
		workers.Close()
	}
}
