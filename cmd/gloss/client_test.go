package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long the client waits for what must come. It is no measure
// of speed: a run that is all right never comes near it.
const patience = 60 * time.Second

// client is the editor's end of a real `gloss lsp` process.
type client struct {
	t       testing.TB
	process *exec.Cmd
	stdin   io.WriteCloser
	stderr  *strings.Builder
	exited  chan error

	// answer returns the result of the server's requests; nil is pressed.
	answer func(method string) any

	options map[string]any // initializationOptions

	mu            sync.Mutex
	nextID        int
	answers       map[int]chan rpc
	notifications chan rpc
}

type rpc struct {
	ID     *json.RawMessage `json:"id"`
	Method string           `json:"method"`
	Params json.RawMessage  `json:"params"`
	Result json.RawMessage  `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// startLSP starts the server with an empty home and shakes hands with it.
func startLSP(t testing.TB, library string, processID int) *client {
	t.Helper()
	return startLSPIn(t, t.TempDir(), library, processID)
}

func startLSPIn(t testing.TB, home, library string, processID int) *client {
	t.Helper()
	c := startProcess(t, home, library, nil)
	c.initialize(processID)
	return c
}

// initialize shakes hands with the server as an editor that shows lenses.
func (c *client) initialize(processID int) {
	c.t.Helper()
	c.call("initialize", map[string]any{
		"processId": processID, "rootUri": nil, "initializationOptions": c.options,
		"capabilities": map[string]any{
			"experimental": map[string]any{"glossStatus": true},
			"window":       map[string]any{"workDoneProgress": true, "showMessage": map[string]any{}},
			"workspace":    map[string]any{"codeLens": map[string]any{"refreshSupport": true}},
			"textDocument": map[string]any{"codeLens": map[string]any{}, "hover": map[string]any{"contentFormat": []string{"markdown"}}},
		},
	})
	c.notify("initialized", map[string]any{})
}

// startProcess starts the server and leaves the handshake to the caller.
func startProcess(t testing.TB, home, library string, answer func(method string) any) *client {
	t.Helper()
	process := exec.Command("gloss", "lsp")
	process.Env = environment(process, home, library)
	stopsDaemon(t, process.Env)
	return startCommand(t, process, answer)
}

// environment is that of a user with this home, where a daemon of his own runs.
func environment(c *exec.Cmd, home, library string) []string {
	return append(c.Environ(), "HOME="+home, "XDG_CACHE_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_RUNTIME_DIR="+home, "GLOSS_ONNXRUNTIME="+library)
}

// stopsDaemon leaves no daemon behind when the test ends.
func stopsDaemon(t testing.TB, env []string) {
	t.Cleanup(func() {
		stop := exec.Command("gloss", "daemon", "stop")
		stop.Env = env
		_ = stop.Run() // there may be none
	})
}

// startCommand starts what is, or runs, the server.
func startCommand(t testing.TB, process *exec.Cmd, answer func(method string) any) *client {
	t.Helper()
	c := &client{t: t, process: process, stderr: &strings.Builder{}, answer: answer, exited: make(chan error, 1), answers: map[int]chan rpc{}, notifications: make(chan rpc, 10000)}
	c.process.Stderr = c.stderr
	var err error
	if c.stdin, err = c.process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := c.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.process.Process.Kill() })
	go func() {
		c.read(bufio.NewReader(stdout))
		c.exited <- c.process.Wait()
	}()
	return c
}

// read hands the server's messages to whoever waits for them, and answers its
// requests as an editor would.
func (c *client) read(r *bufio.Reader) {
	for {
		length := 0
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if line = strings.TrimSpace(line); line == "" {
				break
			}
			if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
				length, _ = strconv.Atoi(v)
			}
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var m rpc
		if err := json.Unmarshal(body, &m); err != nil {
			c.t.Errorf("the server sent %q: %v", body, err)
			return
		}
		switch {
		case m.Method != "" && m.ID != nil:
			var result any = pressed(m)
			if c.answer != nil {
				result = c.answer(m.Method)
			}
			c.send(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": result})
			c.notifications <- m
		case m.Method != "":
			c.notifications <- m
		default:
			id, _ := strconv.Atoi(string(*m.ID))
			c.mu.Lock()
			answer := c.answers[id]
			delete(c.answers, id)
			c.mu.Unlock()
			if answer == nil {
				c.t.Errorf("an answer to nothing: %s", body)
				return
			}
			answer <- m
		}
	}
}

// pressed is the first button under a message, nil for other requests.
func pressed(m rpc) any {
	var message struct{ Actions []any }
	if m.Method != "window/showMessageRequest" || json.Unmarshal(m.Params, &message) != nil || len(message.Actions) == 0 {
		return nil
	}
	return message.Actions[0]
}

func (c *client) send(m map[string]any) {
	b, err := json.Marshal(m)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = fmt.Fprintf(c.stdin, "Content-Length: %d\r\n\r\n%s", len(b), b) // a dead server shows in the answers
}

func (c *client) notify(method string, params any) {
	c.send(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

// start sends a request and returns its id and the channel of its answer.
func (c *client) start(method string, params any) (int, chan rpc) {
	answer := make(chan rpc, 1)
	c.mu.Lock()
	c.nextID++
	id := c.nextID
	c.answers[id] = answer
	c.mu.Unlock()
	c.send(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	return id, answer
}

func (c *client) await(what string, answer chan rpc) rpc {
	c.t.Helper()
	select {
	case m := <-answer:
		return m
	case <-time.After(patience):
		c.t.Fatalf("no answer to %s; the server's log:\n%s", what, c.stderr)
		return rpc{}
	}
}

// call returns the result of a request that must succeed.
func (c *client) call(method string, params any) json.RawMessage {
	c.t.Helper()
	_, answer := c.start(method, params)
	m := c.await(method, answer)
	if m.Error != nil {
		c.t.Fatalf("%s: %d %s", method, m.Error.Code, m.Error.Message)
	}
	return m.Result
}

// until reads the server's notifications and requests until one fits.
func (c *client) until(what string, fits func(rpc) bool) {
	c.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case m := <-c.notifications:
			if fits(m) {
				return
			}
		case <-deadline:
			c.t.Fatalf("waited in vain for %s; the server's log:\n%s", what, c.stderr)
		}
	}
}

func (c *client) awaitExit() error {
	c.t.Helper()
	select {
	case err := <-c.exited:
		return err
	case <-time.After(patience):
		c.t.Fatal("the server is still running")
		return nil
	}
}

type lens struct {
	Range struct {
		Start struct{ Line, Character int }
	}
	Command struct{ Title string }
}

func (c *client) lenses(uri string) []lens {
	c.t.Helper()
	var lenses []lens
	result := c.call("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": uri}})
	if err := json.Unmarshal(result, &lenses); err != nil {
		c.t.Fatal(err)
	}
	return lenses
}
