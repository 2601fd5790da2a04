// Command shell lists the functions of shell scripts for chunker/coverage, with
// the parser of shfmt.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"mvdan.cc/sh/v3/syntax"
)

type record struct {
	File  string `json:"file"`
	Name  string `json:"name,omitempty"`
	Start uint   `json:"start,omitempty"`
	End   uint   `json:"end,omitempty"`
	Error string `json:"error,omitempty"`
}

func main() {
	out := json.NewEncoder(os.Stdout)
	paths := bufio.NewScanner(os.Stdin)
	for paths.Scan() {
		for _, r := range list(paths.Text()) {
			if err := out.Encode(r); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}

var korn = regexp.MustCompile(`^#!.*\bm?ksh`)

func list(path string) []record {
	text, err := os.ReadFile(path)
	if err != nil {
		return []record{{File: path, Error: err.Error()}}
	}
	// What Bash does not read, a script of another shell may be.
	dialects := []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX, syntax.LangMirBSDKorn}
	switch {
	case filepath.Ext(path) == ".bats":
		dialects = []syntax.LangVariant{syntax.LangBats}
	case korn.Match(text):
		dialects = []syntax.LangVariant{syntax.LangMirBSDKorn, syntax.LangBash}
	}
	for _, dialect := range dialects {
		var parsed *syntax.File
		parsed, dialectErr := syntax.NewParser(syntax.Variant(dialect)).Parse(bytes.NewReader(text), path)
		if dialectErr == nil {
			return functions(path, parsed)
		}
		if err == nil {
			err = dialectErr
		}
	}
	return []record{{File: path, Error: err.Error()}}
}

func functions(path string, parsed *syntax.File) (all []record) {
	syntax.Walk(parsed, func(node syntax.Node) bool {
		if f, ok := node.(*syntax.FuncDecl); ok {
			body := f.Body
			for { // f() { a; } && b has both commands in the body
				list, ok := body.Cmd.(*syntax.BinaryCmd)
				if !ok {
					break
				}
				body = list.X
			}
			end := body.Cmd.End()
			if n := len(body.Redirs); n > 0 {
				end = body.Redirs[n-1].End()
			}
			all = append(all, record{File: path, Name: f.Name.Value, Start: f.Pos().Line(), End: end.Line()})
		}
		return true
	})
	return all
}
