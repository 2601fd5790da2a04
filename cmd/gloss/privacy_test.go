package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Of what gloss is made of, package models alone can connect, to pull a model
// when a user says so, and the workers alone can start a program: gloss itself.
// Dependencies could; TestNothingLeaves watches that nothing has them do it.
func TestOnlyModelsConnect(t *testing.T) {
	root := filepath.Join("..", "..")
	connecting := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root:
			switch d.Name() {
			case ".git", "testdata", "node_modules", "train", "peers", "onnxtest": // no part of gloss
				return fs.SkipDir
			}
			return nil
		case !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			switch spec.Path.Value {
			case `"net"`, `"net/http"`, `"crypto/tls"`:
				if connecting++; filepath.Dir(file) == filepath.Join(root, "models") {
					continue
				}
			case `"os/exec"`:
				switch filepath.Base(file) {
				case "process.go", "workers.go", "worker.go", "git.go":
					continue
				}
			case `"plugin"`:
			default:
				continue
			}
			t.Errorf("%s imports %s", file, spec.Path.Value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if connecting == 0 {
		t.Error("package models does not connect either: is it still the one that pulls?")
	}
}
