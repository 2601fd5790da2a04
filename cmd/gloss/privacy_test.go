package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Of what gloss is made of, package models can connect, to pull a model when a
// user says so, and packages remote and team, to servers that the user's own
// settings name; the daemon and its clients have Unix sockets; package httpserver
// is asked and asks nobody; and what
// starts a program starts gloss itself, to parse or to run the model.
// Dependencies could; TestNothingLeaves watches that nothing has them do it.
func TestOnlyModelsConnect(t *testing.T) {
	root := filepath.Join("..", "..")
	daemons, remotes := filepath.Join(root, "inference", "daemon"), filepath.Join(root, "inference", "remote")
	team := filepath.Join(root, "inference", "cache", "team")
	serving := filepath.Join(root, "cmd", "gloss", "httpserver")
	connecting := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root:
			switch d.Name() {
			case ".git", "testdata", "node_modules", "train", "peers", "onnxtest", "coverage": // no part of gloss
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
				folder := filepath.Dir(file)
				if connecting++; folder == filepath.Join(root, "models") || folder == remotes || folder == team || folder == daemons && onlyUnix(t, file) || folder == serving && onlyListens(t, file) {
					continue
				}
			case `"os/exec"`:
				switch filepath.Base(file) {
				case "process.go", "workers.go", "worker.go", "git.go", "daemon.go", "service.go":
					continue
				}
				if filepath.Dir(file) == daemons {
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

// onlyUnix reports whether a file of package daemon uses nothing of package net
// that could lead to another machine: the one name of a network in it is "unix".
func onlyUnix(t *testing.T, file string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{"UnixConn": true, "UnixAddr": true, "ListenUnix": true, "Dialer": true}
	ok := true
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, is := n.X.(*ast.Ident); is && x.Name == "net" && !allowed[n.Sel.Name] {
				t.Errorf("%s uses net.%s", file, n.Sel.Name)
				ok = false
			}
		case *ast.CallExpr:
			if s, is := n.Fun.(*ast.SelectorExpr); is && strings.HasPrefix(s.Sel.Name, "Dial") && len(n.Args) > 1 {
				if network, is := n.Args[1].(*ast.BasicLit); !is || network.Value != `"unix"` {
					t.Errorf("%s dials another network than unix", file)
					ok = false
				}
			}
		}
		return true
	})
	return ok
}

// onlyListens reports whether a file of package httpserver uses nothing of package
// net or net/http that connects to another machine.
func onlyListens(t *testing.T, file string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	asking := map[string]bool{
		"http.Get": true, "http.Head": true, "http.Post": true, "http.PostForm": true, "http.Client": true, "http.DefaultClient": true,
		"http.Transport": true, "http.DefaultTransport": true, "net.Dialer": true, "net.DialTCP": true, "net.DialUDP": true, "net.DialIP": true,
		"tls.Dial": true, "tls.DialWithDialer": true, "tls.Dialer": true, "tls.Client": true, "net.Resolver": true, "net.DefaultResolver": true,
	}
	ok := true
	fail := func(what string) {
		t.Errorf("%s uses %s", file, what)
		ok = false
	}
	name := func(n ast.Node) string {
		s, is := n.(*ast.SelectorExpr)
		if !is {
			return ""
		}
		x, is := s.X.(*ast.Ident)
		if !is {
			return ""
		}
		return x.Name + "." + s.Sel.Name
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if used := name(n); asking[used] || strings.HasPrefix(used, "net.Lookup") || strings.HasPrefix(used, "net.Resolve") {
			fail(used)
		}
		if call, is := n.(*ast.CallExpr); is && (name(call.Fun) == "net.Dial" || name(call.Fun) == "net.DialTimeout") {
			if network, is := call.Args[0].(*ast.BasicLit); !is || network.Value != `"unix"` {
				fail(name(call.Fun) + " with another network than unix")
			}
		}
		return true
	})
	return ok
}
