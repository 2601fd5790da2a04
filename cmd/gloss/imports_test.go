package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/gloss-lsp/gloss/"

// TestImports holds the packages to the architecture's rule of who may import
// whom. A rule is for a folder and what is below it; the first that fits holds.
func TestImports(t *testing.T) {
	rules := []struct {
		folder string
		may    []string // prefixes of our own packages
	}{
		{"cmd", []string{""}},
		{"lsp/settings", []string{"chunker", "inference", "models/untrusted"}},
		{"lsp", []string{"lsp", "chunker", "inference", "models/untrusted"}},
		{"inference", []string{"inference", "models"}},
		{"chunker/coverage", []string{"chunker", "models/untrusted"}}, // a program that measures chunker
		{"chunker", []string{"chunker", "models/lazyregexp"}},
		{"models/train", []string{""}}, // programs, of which nothing is a part of gloss
		{"models/untrusted", []string{}},
		{"models/lazyregexp", []string{}},
		{"models", []string{"models"}},
	}
	foreign := map[string]string{ // import prefix -> the only folders it may stand in
		"go.lsp.dev/jsonrpc2":                 "lsp inference/daemon",
		"go.lsp.dev/protocol":                 "lsp",
		"go.lsp.dev/uri":                      "lsp",
		"github.com/yalue/onnxruntime_go":     "inference/onnx",
		"github.com/daulet/tokenizers":        "inference/tokenizer",
		"github.com/tree-sitter/":             "chunker",
		"github.com/tree-sitter-grammars/":    "chunker",
		"modernc.org/sqlite":                  "inference/cache",
		"github.com/redis/go-redis/v9":        "inference/cache/team",
		"github.com/gofrs/flock":              "models inference/daemon",
		"github.com/schollz/progressbar":      "cmd",
		"github.com/rivo/uniseg":              "cmd",
		"github.com/spf13/cobra":              "cmd",
		"github.com/go-git/gcfg/v2":           "cmd",
		"github.com/google/jsonschema-go":     "cmd",
		"github.com/modelcontextprotocol/":    "cmd",
		"github.com/bmatcuk/doublestar":       "cmd",
		"github.com/tailscale/hujson":         "lsp/settings",
		"github.com/hashicorp/golang-lru/v2":  "inference cmd/gloss/httpserver",
		"github.com/prometheus/":              "cmd/gloss/httpserver",
		"github.com/getkin/kin-openapi":       "cmd/gloss/httpserver",
		"golang.org/x/time/rate":              "cmd/gloss/httpserver",
		"github.com/gloss-lsp/gloss/editors/": "nowhere",

		// Commands: nothing else builds on them.
		"github.com/gloss-lsp/gloss/models/train/":    "models/train",
		"github.com/gloss-lsp/gloss/chunker/coverage": "chunker/coverage",
	}
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") {
			return nil
		}
		files++
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		folder := path.Dir(filepath.ToSlash(rel))
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			for prefix, only := range foreign {
				if strings.HasPrefix(imported, prefix) && !slices.ContainsFunc(strings.Fields(only), func(o string) bool { return within(folder, o) }) {
					t.Errorf("%s imports %s, which belongs under %s only", rel, imported, only)
				}
			}
			ours, ok := strings.CutPrefix(imported, module)
			if !ok {
				continue
			}
			for _, rule := range rules {
				if !within(folder, rule.folder) {
					continue
				}
				allowed := false
				for _, prefix := range rule.may {
					allowed = allowed || within(ours, prefix)
				}
				if !allowed {
					t.Errorf("%s may not import %s", rel, imported)
				}
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("only %d Go files were looked at", files)
	}
}

// within reports whether folder is prefix or below it; "" holds everything.
func within(folder, prefix string) bool {
	return prefix == "" || folder == prefix || strings.HasPrefix(folder, prefix+"/")
}
