//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/gloss-lsp/gloss/cmd/gloss/mcpserver"
	"github.com/gloss-lsp/gloss/cmd/gloss/outline"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// mcpCommand is the program with a home of its own, started for the roots.
func mcpCommand(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	home := t.TempDir()
	cmd := exec.Command("gloss", append([]string{"mcp", "--mode", "inprocess"}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "GLOSS_ONNXRUNTIME=" + onnxtest.Library(t)}
	cmd.Stderr = t.Output()
	return cmd
}

// connect starts a server and speaks to it with the SDK's client.
func connect(t *testing.T, cmd *exec.Cmd, options *mcp.ClientOptions) *mcp.ClientSession {
	t.Helper()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, options).Connect(t.Context(), &mcp.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// callTool returns the result's text and its structured content.
func callTool[T any](t *testing.T, s *mcp.ClientSession, name string, arguments any) (text string, structured T) {
	t.Helper()
	r, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Content {
		text += c.(*mcp.TextContent).Text
	}
	if r.IsError {
		t.Fatalf("%s %v: %s", name, arguments, text)
	}
	b, err := json.Marshal(r.StructuredContent)
	if err == nil {
		err = json.Unmarshal(b, &structured)
	}
	if err != nil {
		t.Fatal(err)
	}
	if n := outline.Tokens(text) + outline.Tokens(string(b)); n > 25_000 {
		t.Errorf("%s %v takes %d tokens", name, arguments, n)
	}
	return text, structured
}

// TestMCP asks the program as an agent does.
func TestMCP(t *testing.T) {
	root := t.TempDir()
	demo, err := os.ReadFile(filepath.Join("..", "..", "docs", "demo", "limiter.py"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(root, "app", "limiter.py"), string(demo))
	writeFile(t, filepath.Join(root, "latin.py"), "def caf\xe9(n):\n    # is read as Latin-1\n    return n\n")
	writeFile(t, filepath.Join(root, "README.md"), "# Text\n")
	writeFile(t, filepath.Join(root, "tests", "test_latin.py"), "def test_caf():\n    n = caf(1)\n    assert n == 1\n")
	s := connect(t, mcpCommand(t, root), nil)

	tools, err := s.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range tools.Tools {
		if a := tool.Annotations; a == nil || !a.ReadOnlyHint || *a.DestructiveHint || *a.OpenWorldHint || tool.OutputSchema == nil || len(tool.Description) < 200 {
			t.Errorf("%s is not described: %+v", tool.Name, a)
		}
	}
	if len(tools.Tools) != 2 {
		t.Errorf("%d tools, want 2", len(tools.Tools))
	}

	text, all := callTool[mcpserver.OutlineOutput](t, s, "outline", nil)
	if len(all.Files) != 2 || all.Files[0].Path != "app/limiter.py" || all.LeftOut != nil || all.Unfinished != 0 {
		t.Errorf("the outline is of %+v", all)
	}
	for _, want := range []string{"app/limiter.py (", "def refill(", " ~", "%", "def café(n)"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	for _, row := range all.Files[0].Functions {
		if !strings.Contains(text, row+"\n") {
			t.Errorf("%q is in the structured content alone", row)
		}
	}
	if text, _ := callTool[mcpserver.OutlineOutput](t, s, "outline", map[string]any{"path": "latin.py"}); !strings.Contains(text, "latin.py is read as") {
		t.Errorf("nothing is said of the encoding:\n%s", text)
	}
	_, fast := callTool[mcpserver.OutlineOutput](t, s, "outline", map[string]any{"path": "app", "fast": true})
	if len(fast.Files) != 1 || fast.Files[0].Path != "app/limiter.py" || strings.Contains(fmt.Sprint(fast), "~") {
		t.Errorf("without the model: %+v", fast)
	}

	for _, arguments := range []map[string]any{{"path": "tests"}, {"path": "tests/test_latin.py"}, {"tests": true}} {
		if text, _ := callTool[mcpserver.OutlineOutput](t, s, "outline", arguments); !strings.Contains(text, "def test_caf()") {
			t.Errorf("%v: the test is not in:\n%s", arguments, text)
		}
	}

	_, named := callTool[mcpserver.SummarizeOutput](t, s, "summarize", map[string]any{"path": filepath.Join(root, "app/limiter.py"), "name": "refill"})
	if len(named.Functions) != 1 {
		t.Fatalf("refill is %+v", named)
	}
	f := named.Functions[0]
	if f.Name != "refill" || f.Path != "app/limiter.py" || f.Summary == "" && f.Withheld == "" {
		t.Errorf("refill is %+v", f)
	}
	_, around := callTool[mcpserver.SummarizeOutput](t, s, "summarize", map[string]any{"path": "app/limiter.py", "line": f.StartLine + 1})
	if len(around.Functions) != 1 || around.Functions[0] != f {
		t.Errorf("around its second line is %+v, want %+v", around, f)
	}
	if f.Container != "" {
		_, method := callTool[mcpserver.SummarizeOutput](t, s, "summarize", map[string]any{"path": "app/limiter.py", "name": f.Container + "::refill"})
		if len(method.Functions) != 1 || method.Functions[0] != f {
			t.Errorf("by its container it is %+v", method)
		}
	}
}

// TestMCPBounds has more functions than any answer can show.
func TestMCPBounds(t *testing.T) {
	root := t.TempDir()
	for file := range 40 {
		var b strings.Builder
		b.WriteString("package a\n")
		for n := range 100 {
			fmt.Fprintf(&b, "\n// Step%d does the step of that number, of which there are very many in this file.\nfunc Step%d(in, out []string, limit int) error {\n\treturn work(in, out, limit)\n}\n", n, n)
		}
		writeFile(t, filepath.Join(root, fmt.Sprintf("part%d", file%4), fmt.Sprintf("f%02d.go", file)), b.String())
	}
	s := connect(t, mcpCommand(t, root), nil)
	for _, tokens := range []int{0, 200, 9000} {
		text, out := callTool[mcpserver.OutlineOutput](t, s, "outline", map[string]any{"tokens": tokens})
		if most := max(tokens, 6000*(1-min(tokens, 1))); out.Tokens > most || out.LeftOut == nil || out.LeftOut.Functions == 0 {
			t.Errorf("in %d tokens: %d, left out %+v", most, out.Tokens, out.LeftOut)
		}
		if len(out.Folders) != 4 || !strings.Contains(text, "part0/: 1000 functions\n") || !strings.Contains(text, "Left out") {
			t.Errorf("where the rest is: %q", out.Folders)
		}
	}
	_, one := callTool[mcpserver.OutlineOutput](t, s, "outline", map[string]any{"path": "part0/f00.go", "tokens": 9000})
	if len(one.Files) != 1 || len(one.Files[0].Functions) != 100 {
		t.Errorf("a file that fits is %+v", one)
	}
}

// TestMCPRefuses asks for what is not the agent's, or makes no sense. The server
// says so, reads nothing, and goes on.
func TestMCPRefuses(t *testing.T) {
	base := t.TempDir()
	root, other := filepath.Join(base, "root"), filepath.Join(base, "other")
	const secret = "func Secret() int {\n\tsecret()\n\treturn 1\n}\n"
	writeFile(t, filepath.Join(root, "a.go"), "package a\n\nfunc Plain() int {\n\tplain()\n\treturn 1\n}\n")
	writeFile(t, filepath.Join(other, "b.go"), "package b\n\n"+secret)
	writeFile(t, filepath.Join(root, "text.md"), "# Text\n\nmore\n")
	for name, to := range map[string]string{"file.go": "../other/b.go", "folder": "../other", "absolute.go": filepath.Join(other, "b.go"), "loop": "loop", "inside.go": "a.go"} {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Skip(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(root, "pipe.go"), 0o600); err != nil {
		t.Skip(err)
	}
	huge, err := os.Create(filepath.Join(root, "huge.go"))
	if err == nil {
		err = huge.Truncate(2 << 30)
	}
	if err := huge.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := connect(t, mcpCommand(t, root), nil)
	for _, test := range []struct {
		tool      string
		arguments any
		want      string
	}{
		{"outline", map[string]any{"path": "../other"}, "outside"},
		{"outline", map[string]any{"path": ".."}, "outside"},
		{"outline", map[string]any{"path": "a.go/../../other/b.go"}, "outside"},
		{"outline", map[string]any{"path": filepath.Join(other, "b.go")}, "outside"},
		{"outline", map[string]any{"path": root + "/../other"}, "outside"},
		{"outline", map[string]any{"path": root + "x"}, "outside"},
		{"outline", map[string]any{"path": "/etc/passwd"}, "outside"},
		{"outline", map[string]any{"path": "file.go"}, "escapes"},
		{"outline", map[string]any{"path": "absolute.go"}, "escapes"},
		{"outline", map[string]any{"path": "folder"}, "escapes"},
		{"outline", map[string]any{"path": "folder/b.go"}, "escapes"},
		{"outline", map[string]any{"path": "folder/nothing"}, "escapes"},
		{"summarize", map[string]any{"path": "folder/b.go", "line": 4}, "escapes"},
		{"outline", map[string]any{"path": "loop"}, "loop"},
		{"outline", map[string]any{"path": "nothing"}, "no such file"},
		{"outline", map[string]any{"path": "pipe.go"}, "neither"},
		{"outline", map[string]any{"path": "text.md"}, "no language"},
		{"outline", map[string]any{"path": "a\x00b"}, "NUL"},
		{"outline", map[string]any{"path": strings.Repeat("a/", 1<<20)}, "at most 4096"},
		{"outline", map[string]any{"path": strings.Repeat("a", 4000)}, "too long"},
		{"outline", map[string]any{"tokens": -1}, "200 to 9000"},
		{"outline", map[string]any{"tokens": 1 << 40}, "200 to 9000"},
		{"outline", map[string]any{"tokens": "many"}, "tokens"},
		{"outline", map[string]any{"path": []string{"a.go"}}, "path"},
		{"outline", map[string]any{"colour": "red"}, "colour"},
		{"summarize", map[string]any{"line": 3}, "path"},
		{"summarize", map[string]any{"path": "a.go"}, "either line or name"},
		{"summarize", map[string]any{"path": "a.go", "line": -3}, "from 1 on"},
		{"summarize", map[string]any{"path": "a.go", "line": 3, "name": "Plain"}, "either line or name"},
		{"summarize", map[string]any{"path": "a.go", "line": 1}, "Plain (3-6)"},
		{"summarize", map[string]any{"path": "a.go", "name": "Absent"}, "Plain (3-6)"},
		{"summarize", map[string]any{"path": ".", "name": "Plain"}, "outline"},
	} {
		r, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: test.tool, Arguments: test.arguments})
		text := fmt.Sprint(err)
		if err == nil {
			text = r.Content[0].(*mcp.TextContent).Text
		}
		if err == nil && !r.IsError || !strings.Contains(text, test.want) || strings.Contains(text, "Secret") || len(text) > 2000 {
			t.Errorf("%s %.200v: %.500s; want an error with %q", test.tool, test.arguments, text, test.want)
		}
	}
	// What is too large is said, and the file is not read.
	text, _ := callTool[mcpserver.OutlineOutput](t, s, "outline", map[string]any{"path": "huge.go"})
	if !strings.Contains(text, "passed over") {
		t.Errorf("a file of 2 GiB: %s", text)
	}
	text, all := callTool[mcpserver.OutlineOutput](t, s, "outline", map[string]any{"fast": true})
	if len(all.Files) != 1 || strings.Contains(text, "Secret") {
		t.Errorf("of the root is shown:\n%s", text)
	}
	if _, inside := callTool[mcpserver.OutlineOutput](t, s, "outline", map[string]any{"path": "inside.go", "fast": true}); len(inside.Files) != 1 || inside.Files[0].Path != "a.go" {
		t.Errorf("a link inside the root: %+v", inside)
	}
}

// TestMCPCancels stops the work that a client no longer wants, and tells how far
// it is as long as it does.
func TestMCPCancels(t *testing.T) {
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "a.go"), largeFile(200))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told atomic.Int64
	s := connect(t, mcpCommand(t, root), &mcp.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
			if p := r.Params; p.Progress <= 0 || p.Total < p.Progress {
				t.Errorf("%v of %v are done", p.Progress, p.Total)
			}
			if told.Add(1) == 2 {
				cancel()
			}
		},
	})
	params := &mcp.CallToolParams{Name: "outline", Arguments: map[string]any{"tokens": 9000}}
	params.SetProgressToken("here")
	began := time.Now()
	if _, err := s.CallTool(ctx, params); err == nil || ctx.Err() == nil {
		t.Errorf("%v, after it was told %d times", err, told.Load())
	}
	// The next is served, and not behind what was given up.
	if _, fast := callTool[mcpserver.OutlineOutput](t, s, "outline", map[string]any{"fast": true}); len(fast.Files) != 1 {
		t.Errorf("after that: %+v", fast)
	}
	if took := time.Since(began); took > outlinePatience {
		t.Errorf("it took %s", took)
	}
}

// TestMCPEnds closes the standard input amid the work. Nothing but messages is on
// the standard output, and the program ends in order.
func TestMCPEnds(t *testing.T) {
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "a.go"), largeFile(200))
	cmd := mcpCommand(t, root)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(out)
	fmt.Fprintln(in, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
	fmt.Fprintln(in, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	fmt.Fprintln(in, `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"outline","arguments":{"tokens":9000},"_meta":{"progressToken":7}}}`)
	for working := false; !working; {
		var m struct {
			Jsonrpc, Method string
			ID              int
		}
		if err := dec.Decode(&m); err != nil || m.Jsonrpc != "2.0" || m.ID == 2 {
			t.Fatalf("%+v, %v", m, err)
		}
		working = m.Method == "notifications/progress"
	}
	began := time.Now()
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(io.MultiReader(dec.Buffered(), out))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rest)) {
		if strings.TrimSpace(line) != "" && !json.Valid([]byte(line)) {
			t.Errorf("on the standard output is %q", line)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > outlinePatience/2 {
		t.Errorf("it went on for %s", took)
	}
}
