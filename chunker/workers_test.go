package chunker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// isWorker makes this test's program a worker that may hold so many bytes.
const isWorker = "GLOSS_CHUNKER_WORKER"

func TestMain(m *testing.M) {
	if bound := os.Getenv(isWorker); bound != "" {
		maxMemory, _ = strconv.Atoi(bound)
		fmt.Fprintln(os.Stderr, Work(os.Stdin, os.Stdout))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func newTestWorkers(t testing.TB, n int) *Workers { return newBoundWorkers(t, n, maxMemory) }

func newBoundWorkers(t testing.TB, n, bytes int) *Workers {
	w := NewWorkers(n, func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{isWorker + "=" + strconv.Itoa(bytes), "GOTRACEBACK=none"}
		return cmd
	})
	t.Cleanup(w.Close)
	return w
}

// TestWorkers holds that a worker gives the chunks that this process gives, for
// every language and through edits.
func TestWorkers(t *testing.T) {
	workers := newTestWorkers(t, 2)
	for _, language := range Languages() {
		archive, err := txtar.ParseFile(filepath.Join("testdata", language.ID+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		text := string(archive.Files[0].Data)
		here, there := Open(language, Options{}), Open(language, Options{Workers: workers})
		defer here.Close()
		defer there.Close()
		half := len(text) / 2
		for _, text := range []string{text, text[:half], text[:half] + "\n" + text[half:], "", text} {
			if err := errors.Join(here.Apply(t.Context(), text), there.Apply(t.Context(), text)); err != nil {
				t.Fatalf("%s: %v", language.ID, err)
			}
			if diff := cmp.Diff(here.Chunks(), there.Chunks()); diff != "" {
				t.Errorf("%s: (-here +in a worker):\n%s", language.ID, diff)
			}
		}
	}
}

// hostile are texts over which a grammar ends its process, does not come back
// or takes all memory. Each has a limit of its own on what its failure may be.
var hostile = []struct {
	name, language, text string
}{
	{"an annotation at the end", "kotlin", "val x = 1\n@A"},
	{"an annotation in a class", "kotlin", "class A {\n  val x: Int\n  @Inject"},
	{"strings in strings", "kotlin", strings.Repeat(`"${`, 600)},
	{"heredocs in a row", "ruby", heredocs()},
	{"deep indentation", "python", deepIfs(600)},
	{"comments in strings", "ocaml", strings.Repeat(strings.Repeat("(*", 100)+"\n"+strings.Repeat("(*", 400)+"\n\""+strings.Repeat(strings.Repeat("*)", 100)+"\n", 5)+"\"\n", 400)},
	{"generics that are comparisons", "typescript", strings.Repeat(strings.Repeat("a<b,", 60)+"\n", 250)},
	{"control bytes", "lua", strings.Repeat("\x01\x02\xff\xfe\x03", 20_000)},
	{"NULs", "shellscript", strings.Repeat("a\x00b\x00", 25_000)},
	{"unfinished types", "zig", "struct{fn()u{!"},
}

func heredocs() string {
	var words []string
	for i := range 14 {
		words = append(words, strings.Repeat(string(rune('A'+i)), 64))
	}
	words = append(words, strings.Repeat("P", 60), "QQQ")
	var b strings.Builder
	b.WriteString("f(<<~" + strings.Join(words, ", <<~") + ")\n")
	for _, w := range words {
		b.WriteString("t\n" + w + "\n")
	}
	return b.String()
}

func deepIfs(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	b.WriteString(strings.Repeat(" ", depth) + "y = \"a\"\n")
	return b.String()
}

// TestHostileTexts holds that no text costs more than its own chunks: it fails
// in time or is cut, in a new file and in one that is edited, and another file
// of the same worker is cut as before.
func TestHostileTexts(t *testing.T) {
	workers := newTestWorkers(t, 1)
	const ordinary = "def f(x):\n    y = x\n    return y\n"
	other, err := Parse(t.Context(), LanguageByID("python"), ordinary, Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	options := Options{Workers: workers, Timeout: time.Second}
	for i, test := range hostile {
		language := LanguageByID(test.language)
		t.Run(test.language+"/"+test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			check := func(err error) {
				t.Helper()
				if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ErrFault) || ctx.Err() != nil {
					t.Error(err)
				}
				t.Log(err)
			}
			f := Open(language, options)
			defer f.Close()
			check(f.Apply(ctx, test.text))
			f = Open(language, options)
			defer f.Close()
			if err := f.Apply(ctx, "\n"); err != nil {
				t.Fatal(err)
			}
			check(f.Apply(ctx, test.text))
			if err := f.Apply(ctx, ""); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			if err := other.Apply(ctx, ordinary+strings.Repeat("\n", i+1)); err != nil || len(other.Chunks()) != 1 {
				t.Errorf("another file: %v, %d chunks", err, len(other.Chunks()))
			}
		})
	}
}

// TestMemory holds that a worker ends that takes too much memory.
func TestMemory(t *testing.T) {
	workers := newBoundWorkers(t, 1, 16<<20)
	f := Open(LanguageByID("go"), Options{Workers: workers, Timeout: time.Minute})
	defer f.Close()
	if err := f.Apply(t.Context(), strings.Repeat("func f() { a[b(c)] = d }\n", 30_000)); !errors.Is(err, ErrFault) || !strings.Contains(err.Error(), "memory") {
		t.Error(err)
	}
	if err := f.Apply(t.Context(), "func f() {\n\ta()\n}\n"); err != nil || len(f.Chunks()) != 1 {
		t.Errorf("afterwards: %v, %d chunks", err, len(f.Chunks()))
	}
}

// TestStoppedParse edits on after a parse that was stopped at every stage. In
// tree-sitter itself that can end the process.
func TestStoppedParse(t *testing.T) {
	language := LanguageByID("javascript")
	const function = "function f(x) {\n  return x;\n}\n"
	long := function + strings.Repeat(strings.Repeat("#{", 125)+"\n", 600)
	for timeout := time.Millisecond; timeout < time.Second; timeout *= 2 {
		f := Open(language, Options{Timeout: timeout})
		for _, text := range []string{function, long, function + " ", long + " ", function} {
			if err := f.Apply(t.Context(), text); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		}
		f.Close()
	}
}

// TestRetry holds that a file that has failed again and again is left alone for
// a while, and says how long.
func TestRetry(t *testing.T) {
	f := Open(LanguageByID("lua"), Options{Workers: newTestWorkers(t, 1), Timeout: 50 * time.Millisecond})
	defer f.Close()
	text := strings.Repeat("\x01\x02\xff\xfe\x03", 100_000)
	var retry *RetryError
	if err := f.Apply(t.Context(), text); err == nil || errors.As(err, &retry) {
		t.Errorf("the first failure: %v", err)
	}
	if err := f.Apply(t.Context(), text+" "); err == nil || errors.As(err, &retry) {
		t.Errorf("the second failure: %v", err)
	}
	if err := f.Apply(t.Context(), "x = 1"); !errors.As(err, &retry) || retry.After > firstPause {
		t.Errorf("in the pause: %v", err)
	}
}

// TestWorkersClose holds that closing ends what a worker is doing.
func TestWorkersClose(t *testing.T) {
	workers := newTestWorkers(t, 1)
	f := Open(LanguageByID("lua"), Options{Workers: workers, Timeout: time.Hour})
	defer f.Close()
	failed := make(chan error)
	go func() { failed <- f.Apply(t.Context(), strings.Repeat("\x01\x02\xff\xfe\x03", 100_000)) }()
	for len(workers.workers[0].turn) == 0 { // until it is at work
		runtime.Gosched()
	}
	workers.Close()
	if err := <-failed; !errors.Is(err, errClosed) {
		t.Error(err)
	}
	if err := f.Apply(t.Context(), "x = 1"); !errors.Is(err, errClosed) {
		t.Error(err)
	}
}

// TestWorkerDies holds that a worker that has died of something else costs the
// next text nothing, and that a context that has ended costs the worker nothing.
func TestWorkerDies(t *testing.T) {
	workers := newTestWorkers(t, 1)
	f := Open(LanguageByID("go"), Options{Workers: workers})
	defer f.Close()
	text := "func f() {\n\ta()\n}\n"
	for i := range 3 {
		if err := f.Apply(t.Context(), text+strings.Repeat("\n", i)); err != nil || len(f.Chunks()) != 1 {
			t.Fatalf("%v, %d chunks", err, len(f.Chunks()))
		}
		p := workers.workers[0].process
		ended, end := context.WithCancel(t.Context())
		end()
		if err := f.Apply(ended, "x"); !errors.Is(err, context.Canceled) || workers.workers[0].process != p {
			t.Errorf("with a context that has ended: %v", err)
		}
		p.kill()
		for { // until it is gone, and nobody holds the other end
			if _, err := p.in.Write([]byte{0}); err != nil {
				break
			}
		}
	}
}

// TestWorkersTogether uses few workers for many files at once.
func TestWorkersTogether(t *testing.T) {
	workers := newTestWorkers(t, 2)
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			f := Open(LanguageByID("go"), Options{Workers: workers})
			defer f.Close()
			for j := range 10 {
				text := strings.Repeat(fmt.Sprintf("func F%d() {\n\tx()\n}\n", i), j+1)
				if err := f.Apply(t.Context(), text); err != nil || len(f.Chunks()) != j+1 {
					t.Errorf("%v, %d chunks of %d", err, len(f.Chunks()), j+1)
				}
			}
		})
	}
	group.Wait()
}
