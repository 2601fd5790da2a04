package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// editedFunctions is how many functions each editor of BenchmarkEditors shows
// when all is done: those of its file and those that are typed into it.
const editedFunctions, typedFunctions = 30, 5

// BenchmarkEditors has 1, 5 and 20 editors at work at once on files of their own,
// typing, saving and hovering, with a terminal that summarizes a folder beside
// them, with one model for all (daemon) and one for each (inprocess). It reports
//
//	lenses-s      until all lenses of all editors have a line
//	functions/s   written meanwhile, those of the terminal included
//	hover-p95-ms  for a function that has no line yet
//	MB            of all processes when all is done (proportional set size)
//	idle-cpu-ms   of all processes in the ten seconds after that
//
// and fails where a lens has no line in the end.
func BenchmarkEditors(b *testing.B) {
	library := onnxtest.Library(b)
	for _, mode := range []string{modeDaemon, modeInProcess} {
		for _, n := range []int{1, 5, 20} {
			b.Run(fmt.Sprintf("%s/editors=%d", mode, n), func(b *testing.B) {
				for b.Loop() {
					manyEditors(b, library, mode, n)
				}
			})
		}
	}
}

// idleFor is how long BenchmarkIdleDaemon looks on.
var idleFor = flag.Duration("idle", 10*time.Second, "how long BenchmarkIdleDaemon looks on")

// BenchmarkIdleDaemon has an editor whose lenses all have a line, with its server, the
// process that parses and the daemon, and looks on while nobody does anything. It
// reports what they do meanwhile, for an hour of it:
//
//	cpu-ms/h   of all of them
//	wakeups/h  how often a thread of them has gone to sleep again
func BenchmarkIdleDaemon(b *testing.B) {
	library := onnxtest.Library(b)
	for b.Loop() {
		c := startProcess(b, b.TempDir(), library, nil)
		c.options = map[string]any{"inference": map[string]any{"mode": modeDaemon, "idleExit": (2 * *idleFor).String()}}
		c.initialize(os.Getpid())
		c.work("part")
		<-time.After(2 * time.Second) // for what is put off, such as telling the editor
		processes := family([]*client{c})
		cpu, wakeups := cpuTime(processes), sleeps(processes)
		<-time.After(*idleFor)
		cpu, wakeups = cpuTime(processes)-cpu, sleeps(processes)-wakeups
		hours := idleFor.Hours()
		b.ReportMetric(float64(len(processes)), "processes")
		b.ReportMetric(float64(cpu.Milliseconds())/hours, "cpu-ms/h")
		b.ReportMetric(float64(wakeups)/hours, "wakeups/h")
		b.ReportMetric(0, "ns/op")
	}
}

// sleeps is how often the threads of the processes have gone to sleep so far.
func sleeps(pids []int) (total int) {
	for _, pid := range pids {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
		for _, thread := range threads {
			b, _ := os.ReadFile(thread)
			for line := range strings.Lines(string(b)) {
				n := 0
				if _, err := fmt.Sscanf(line, "voluntary_ctxt_switches: %d", &n); err == nil {
					total += n
				}
			}
		}
	}
	return total
}

func manyEditors(b *testing.B, library, mode string, n int) {
	home := b.TempDir()
	editors := make([]*client, n)
	for i := range editors {
		editors[i] = startProcess(b, home, library, nil)
		editors[i].options = map[string]any{"inference": map[string]any{"mode": mode}, "debounce": "100ms"}
		editors[i].initialize(os.Getpid())
	}
	began := time.Now()
	var mu sync.Mutex
	var hovers []time.Duration
	var all sync.WaitGroup
	var summarized int
	all.Go(func() {
		c := exec.Command("gloss", "summarize", "--json", "--no-doc", "--mode", mode, filepath.Join("..", "..", "inference", "naming"))
		c.Env = environment(c, home, library)
		out, err := c.Output()
		if err != nil {
			b.Error(err)
		}
		summarized = bytes.Count(out, []byte("\n"))
	})
	for i, c := range editors {
		all.Go(func() {
			took := c.work(fmt.Sprint("part", i))
			mu.Lock()
			defer mu.Unlock()
			hovers = append(hovers, took...)
		})
	}
	all.Wait()
	took := time.Since(began)
	processes := family(editors)
	memory := 0
	for _, pid := range processes {
		memory += proportionalSize(pid)
	}
	before := cpuTime(processes)
	<-time.After(10 * time.Second)
	idle := cpuTime(processes) - before
	slices.Sort(hovers)
	b.ReportMetric(took.Seconds(), "lenses-s")
	b.ReportMetric(float64(n*(editedFunctions+typedFunctions)+summarized)/took.Seconds(), "functions/s")
	b.ReportMetric(float64(hovers[len(hovers)*95/100].Milliseconds()), "hover-p95-ms")
	b.ReportMetric(float64(memory)/1e6, "MB")
	b.ReportMetric(float64(idle.Milliseconds()), "idle-cpu-ms")
	b.ReportMetric(0, "ns/op")
	for _, c := range editors {
		c.call("shutdown", nil)
		c.notify("exit", nil)
		_ = c.awaitExit()
	}
}

// work is what somebody does in an editor until all lenses have a line. It
// returns how long hovers took.
func (c *client) work(word string) (hovers []time.Duration) {
	c.open(strings.ReplaceAll(largeFile(editedFunctions), "line", word))
	hovered := func(line int) {
		start := time.Now()
		c.call("textDocument/hover", hoverAt(line, 6))
		hovers = append(hovers, time.Since(start))
	}
	for i := range typedFunctions {
		hovered(2 + 55*(editedFunctions-1-i) + 6*i) // the last functions have their turn last
		c.insert(2+i, 1, fmt.Sprintf("func %sMore%d(text string) int {\n\tif len(text) > %d {\n\t\treturn 1\n\t}\n\treturn 0\n}\n", word, i, i))
		c.notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": uri}})
	}
	c.until("the last summary", func(rpc) bool {
		lenses := c.lenses(uri)
		return len(lenses) == editedFunctions+typedFunctions && !slices.ContainsFunc(lenses, func(l lens) bool { return strings.HasSuffix(l.Command.Title, "…") })
	})
	return hovers
}

// family returns the editors' servers, the processes that these have started, and
// the daemon.
func family(editors []*client) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		command, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		environ, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		own := slices.ContainsFunc(editors, func(c *client) bool { return c.process.Process.Pid == pid || parentOf(pid) == c.process.Process.Pid })
		home := slices.ContainsFunc(editors[0].process.Env, func(v string) bool {
			return strings.HasPrefix(v, "XDG_RUNTIME_DIR=") && bytes.Contains(environ, []byte(v+"\x00"))
		})
		if own || home && bytes.HasPrefix(command, []byte("gloss\x00daemon")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func parentOf(pid int) int {
	fields := statOf(pid)
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

// statOf returns the fields of /proc/PID/stat behind the program's name.
func statOf(pid int) []string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.Fields(rest)
}

// cpuTime is what the processes have used so far. The system counts in
// hundredths of a second.
func cpuTime(pids []int) (total time.Duration) {
	for _, pid := range pids {
		if fields := statOf(pid); len(fields) > 12 {
			for _, f := range fields[11:13] {
				ticks, _ := strconv.Atoi(f)
				total += time.Duration(ticks) * 10 * time.Millisecond
			}
		}
	}
	return total
}

// proportionalSize is a process's share of the memory that it has, in bytes.
func proportionalSize(pid int) int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range strings.Lines(string(b)) {
		var kB int
		if _, err := fmt.Sscanf(line, "Pss: %d kB", &kB); err == nil {
			return kB << 10
		}
	}
	return 0
}
