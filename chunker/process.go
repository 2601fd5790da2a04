package chunker

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// idleExit is how long a worker without files lives on, for the next ones.
const idleExit = 30 * time.Second

// worker is the place of one process. Whoever sends to turn may talk to the
// process until he receives from it.
type worker struct {
	command func() *exec.Cmd
	turn    chan struct{}

	mu      sync.Mutex
	process *process // nil until it is needed
	files   int      // that are open
	closed  []int    // files whose trees the process still holds
	idle    *time.Timer
	over    bool
}

// reluctance orders workers for another file: those that are at work come last,
// those that would have to be started after those that run. Among equal ones the
// files that are open decide.
func (k *worker) reluctance() (reluctance, files int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case len(k.turn) > 0:
		reluctance = 2
	case k.process == nil:
		reluctance = 1
	}
	return reluctance, k.files
}

func (k *worker) open(id int, language *Language, timeout time.Duration) *remote {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.files++; k.idle != nil {
		k.idle.Stop()
	}
	return &remote{worker: k, id: id, language: language, timeout: timeout}
}

func (k *worker) close(id int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = append(k.closed, id)
	if k.files--; k.files == 0 && !k.over {
		k.idle = time.AfterFunc(idleExit, k.rest)
	}
}

// rest ends the process if it has nothing to do.
func (k *worker) rest() {
	k.turn <- struct{}{}
	defer func() { <-k.turn }()
	k.mu.Lock()
	p := k.process
	if k.files > 0 && !k.over || p == nil {
		k.mu.Unlock()
		return
	}
	k.process = nil
	k.mu.Unlock()
	p.end()
}

// shut ends the process for good.
func (k *worker) shut() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over = true; k.idle != nil {
		k.idle.Stop()
	}
	if k.process != nil {
		k.process.kill()
		go k.rest() // for nobody may be waiting for it
	}
}

var errClosed = errors.New("the workers are closed")

// running returns the process, started if need be, and the files that it can
// forget. The caller has the turn.
func (k *worker) running() (*process, []int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		return nil, nil, errClosed
	}
	closed := k.closed
	k.closed = nil
	if k.process != nil {
		return k.process, closed, nil
	}
	p, err := start(k.command())
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start the process that parses: %w", err)
	}
	k.process = p
	return p, nil, nil
}

// lose forgets p, which has failed as err says, and returns why.
func (k *worker) lose(p *process, err error) error {
	k.mu.Lock()
	k.process, k.closed = nil, nil
	over := k.over
	k.mu.Unlock()
	p.kill()
	ended := p.end()
	switch {
	case over:
		return errClosed
	case errors.Is(err, errSpoilt):
		return err
	}
	return fmt.Errorf("%w: %w", ErrFault, cmp.Or(ended, err))
}

// process is a worker's running program.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	log   head
	knows map[*Language]bool // that it has parsed
}

func start(cmd *exec.Cmd) (*process, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReader(out), knows: map[*Language]bool{}}
	cmd.Stderr = &p.log
	return p, cmd.Start()
}

// ask sends r and waits for the answer about a text of so many bytes. When ctx
// ends it ends the process: nothing else stops a grammar that does not come
// back.
func (p *process) ask(ctx context.Context, r *request, length int) (response, error) {
	stop := context.AfterFunc(ctx, p.kill)
	answer, err := p.exchange(r.encode())
	if !stop() && err == nil { // the answer came with the end of ctx, and the process is gone
		err = ctx.Err()
	}
	if err != nil {
		return response{}, err
	}
	return decodeResponse(answer, length)
}

// errUnsent means that the process had ended before it was asked.
var errUnsent = errors.New("the process had ended before")

func (p *process) exchange(f frame) (frame, error) {
	if err := f.writeTo(p.in); err != nil {
		return frame{}, fmt.Errorf("%w: %w", errUnsent, err)
	}
	return readFrame(p.out)
}

func (p *process) kill() { _ = p.cmd.Process.Kill() }

// end lets the process end, and waits for that. It returns how it ended, in
// the words of the process itself where it has said something.
func (p *process) end() error {
	p.in.Close()
	err := p.cmd.Wait()
	if code := p.cmd.ProcessState.ExitCode(); code == exitMemory {
		return fmt.Errorf("it and the texts beside it need more than %d MiB of memory", maxMemory>>20)
	}
	if line := p.log.line(); err != nil && line != "" {
		return fmt.Errorf("%w: %s", err, line)
	}
	return err
}

// head keeps the beginning of what is written to it.
type head struct{ b []byte }

func (h *head) Write(b []byte) (int, error) {
	h.b = append(h.b, b[:min(len(b), 1<<10-len(h.b))]...)
	return len(b), nil
}

// line is the first line that says something, of an assertion without the
// place in the source.
func (h *head) line() string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(h.b)), "\n")
	if i := strings.Index(line, "Assertion"); i > 0 {
		line = line[i:]
	}
	return strings.ToValidUTF8(line, "?")
}
