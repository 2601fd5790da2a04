package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// request is one function, as gloss model generate and reference.mjs take it.
type request struct {
	IDs          []int64 `json:"ids"`
	MaxNewTokens int     `json:"maxNewTokens"`
	PrefixLen    int     `json:"prefixLen"`
}

// generator returns the new ids of each request, or as many zeros where a runtime
// does not tell them.
type generator func(context.Context, []request) ([][]int64, error)

// peer is a runtime that takes part.
type peer struct {
	name     string
	process  *os.Process
	generate generator
	// compared says that its outputs must be gloss's.
	compared bool
}

// startPeers starts all runtimes, gloss first. Those that are not installed
// are left out, and it says so. The function that it returns ends them.
func startPeers(ctx context.Context, o options, m model, dir string) (peers []peer, closeAll func(), err error) {
	var ends []func()
	closeAll = func() {
		for _, end := range ends {
			end()
		}
	}
	lines := func(name string, args ...string) (generator, *os.Process, error) {
		p, err := startLines(ctx, name, args...)
		if err != nil {
			return nil, nil, err
		}
		ends = append(ends, p.close)
		return p.generate, p.cmd.Process, nil
	}
	threads := strconv.Itoa(o.threads)

	// As in an editor, and as gloss summarize runs a model: a thread for each of
	// several functions.
	for _, g := range []struct {
		name          string
		threads, jobs int
	}{{"gloss", o.threads, 1}, {"gloss, a thread for each function", 1, o.threads}} {
		generate, process, err := lines(o.gloss, "model", "generate", "--model", dir, "--max-new-tokens", strconv.Itoa(o.new),
			"--threads", strconv.Itoa(g.threads), "--jobs", strconv.Itoa(g.jobs))
		if err != nil {
			return nil, closeAll, fmt.Errorf("start gloss: %w", err)
		}
		peers = append(peers, peer{name: g.name, process: process, generate: generate})
	}

	if node, err := exec.LookPath("node"); err != nil {
		leftOut("Transformers.js", err)
	} else {
		generate, process, err := lines(node, filepath.Join(o.npm, "reference.mjs"), dir, m.written().Precision(), threads)
		if err != nil {
			return nil, closeAll, fmt.Errorf("start Transformers.js: %w", err)
		}
		whole := func(ctx context.Context, requests []request) ([][]int64, error) {
			requests = slices.Clone(requests)
			for i := range requests {
				requests[i].PrefixLen = 0
			}
			return generate(ctx, requests)
		}
		peers = append(peers, peer{name: "Transformers.js", process: process, generate: whole, compared: m.t5 != nil})
		if m.llama != nil { // an encoder reads a prompt as a whole
			peers = append(peers, peer{name: "Transformers.js, prefix kept by hand", process: process, generate: generate, compared: true})
		}
	}
	if m.llama == nil {
		leftOut("llama.cpp", fmt.Errorf("it gets no file of this shape"))
		return peers, closeAll, nil
	}
	if o.llama == "" {
		leftOut("llama.cpp", fmt.Errorf("no llama-server: install llama.cpp, on Debian sid the package llama.cpp-tools"))
		return peers, closeAll, nil
	}
	llama, err := startLlama(ctx, o, filepath.Join(dir, "model.gguf"))
	if err != nil {
		leftOut("llama.cpp", err)
		return peers, closeAll, nil
	}
	ends = append(ends, llama.close)
	return append(peers, peer{name: "llama.cpp, Q8_0", process: llama.cmd.Process, generate: llama.generate}), closeAll, nil
}

func leftOut(name string, why error) { fmt.Fprintf(os.Stderr, "%s is left out: %v\n", name, why) }

// linePeer is a process that answers a line of JSON with one.
type linePeer struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *json.Decoder
}

func startLines(ctx context.Context, name string, args ...string) (*linePeer, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &linePeer{cmd: cmd, in: in, answers: json.NewDecoder(bufio.NewReader(out))}, nil
}

// generate asks for all at once, and leaves it to the process how many it works on
// at a time. The end of the context ends the process.
func (p *linePeer) generate(_ context.Context, requests []request) (answers [][]int64, err error) {
	written := make(chan error, 1)
	go func() {
		in := json.NewEncoder(p.in)
		for _, r := range requests {
			if err := in.Encode(r); err != nil {
				written <- err
				return
			}
		}
		written <- nil
	}()
	for range requests {
		var answer struct {
			IDs   []int64 `json:"ids"`
			Error string  `json:"error"`
		}
		if err := p.answers.Decode(&answer); err != nil {
			return nil, err
		}
		if answer.Error != "" {
			return nil, errors.New(answer.Error)
		}
		answers = append(answers, answer.IDs)
	}
	return answers, <-written
}

func (p *linePeer) close() {
	_ = p.in.Close()
	_ = p.cmd.Wait() // what it says on stderr has been shown
}

// peakMemory returns the largest resident size of a process so far in bytes,
// 0 where the system does not tell.
func peakMemory(p *os.Process) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(size), "kB")))
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
