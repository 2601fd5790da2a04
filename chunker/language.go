package chunker

import (
	"bytes"
	"embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	sitter "github.com/tree-sitter/go-tree-sitter"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// Language is a programming language that chunker can cut. It is immutable and
// safe for concurrent use.
type Language struct {
	// ID is the language's identifier in the Language Server Protocol.
	ID string
	// Name is the language's name in prose.
	Name string

	aliases      []string // further language ids
	extensions   []string // with the dot
	filenames    []string
	interpreters []string // in a shebang, without version
	grammar      func() *sitter.Language
	query        string // its file in queries, without .scm

	// code, when not nil, finds the code in a text that holds other things too: the
	// language that it is in, and the text with all else masked. Grammar and query
	// are those of that language.
	code func(text string) (*Language, string)
	// mask, when not nil, hides from the grammar what it cannot bear, by as
	// many other bytes without a line break.
	mask func(text string) string
	// lexis, when not nil, says how to keep a bracket without a partner from hiding
	// the functions behind it.
	lexis *lexis
	// bodies, when not nil, finds the bodies of functions without the grammar, to
	// hide those from it that keep it from seeing a function.
	bodies func(text string) []Range
	// constructor is the name by which a method is a constructor, besides the
	// name of its type.
	constructor string
	// clauses says that adjacent definitions of equal name and arity are one
	// function written as several equations.
	clauses bool
	doc     docSyntax
	// around is what a function may need around it for the grammar to know it
	// where it stands by itself. The first that fits is taken; none comes before
	// all of them.
	around []delimiters

	compiled func() *query
	declared func() *query
}

//go:embed queries/*.scm queries/declared/*.scm
var queryFiles embed.FS

var (
	byID        = map[string]*Language{}
	byExtension = map[string]*Language{}
	byFilename  = map[string]*Language{}
	byShebang   = map[string]*Language{}
)

func init() {
	for i := range languages {
		l := &languages[i]
		l.compiled = sync.OnceValue(func() *query { return l.compile(l.query) })
		l.declared = sync.OnceValue(func() *query { return l.compile("declared/" + l.query) })
		for _, id := range append([]string{l.ID}, l.aliases...) {
			byID[id] = l
		}
		for _, ext := range l.extensions {
			byExtension[ext] = l
		}
		for _, name := range l.filenames {
			byFilename[name] = l
		}
		for _, program := range l.interpreters {
			byShebang[program] = l
		}
	}
}

// compile builds one of the language's queries. A query is shared by all files
// and lives as long as the process. One that does not compile is an error of
// this package, which every test of the language finds.
func (l *Language) compile(name string) *query {
	source, err := queryFiles.ReadFile("queries/" + name + ".scm")
	if err != nil {
		panic(fmt.Sprintf("chunker: %v", err))
	}
	q, err := newQuery(l.grammar(), string(source))
	if err != nil {
		panic(fmt.Sprintf("chunker: queries/%s.scm for %s: %v", name, l.ID, err))
	}
	return q
}

func (l *Language) masked(text string) string {
	if l.mask == nil {
		return text
	}
	return l.mask(text)
}

// Languages lists every language in the order of its name.
func Languages() []*Language {
	all := make([]*Language, len(languages))
	for i := range languages {
		all[i] = &languages[i]
	}
	slices.SortFunc(all, func(a, b *Language) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// LanguageByID finds a language by its LSP identifier or an alias of it. It
// returns nil for a language that is not known.
func LanguageByID(id string) *Language { return byID[id] }

// LanguageNamed finds a language by what people call it, in any case: its id or
// an alias, its name, or one of its extensions without the dot. It returns nil
// for a language that is not known.
func LanguageNamed(name string) *Language {
	name = strings.ToLower(name)
	if l := byID[name]; l != nil {
		return l
	}
	for i := range languages {
		if strings.ToLower(languages[i].Name) == name {
			return &languages[i]
		}
	}
	return byExtension["."+name]
}

// LanguageForFile finds the language of a file by its name, its extension or
// its shebang line. Head is the beginning of the file's content, the longer the
// better for headers of C++, and may be empty. It returns nil for a language that is not known.
func LanguageForFile(path string, head []byte) *Language {
	if l := byFilename[filepath.Base(path)]; l != nil {
		return l
	}
	ext := strings.ToLower(filepath.Ext(path))
	if ext == ".h" && looksLikeCPP(string(head)) {
		return byID["cpp"]
	}
	if l := byExtension[ext]; l != nil {
		return l
	}
	return byShebang[interpreter(head)]
}

// looksLikeCPP reports whether a header has what one of C cannot hold: a name that
// is qualified, a method that is const, or some words at the start of a line.
func looksLikeCPP(head string) bool {
	l := cLexer{text: head, cpp: true}
	var before cToken
	for t := l.next(); t.kind != 0; before, t = t, l.next() {
		if t.kind == 'i' && (before.kind == 'q' || before.kind == ')' && head[t.start:t.end] == "const") {
			return true
		}
		if !t.first {
			continue
		}
		if t.kind == '#' {
			line, _, _ := strings.Cut(head[t.end:], "\n")
			if includesCPP.MatchString(line) {
				return true
			}
			continue
		}
		next := l
		after := next.next()
		switch head[t.start:t.end] {
		case "class", "using", "namespace":
			if after.kind == 'i' || after.kind == '{' {
				return true
			}
		case "template":
			if after.kind == '<' {
				return true
			}
		case "public", "protected", "private":
			if after.kind == ':' {
				return true
			}
		}
	}
	return false
}

var includesCPP = lazyregexp.New(`^\s*include\s*<[a-z_]+>`)

var shebang = lazyregexp.New(`^#!\s*(\S+)(?:\s+(.*))?`)

// interpreter returns the program that a shebang line names, without its
// folder and version: "python" for "#!/usr/bin/env python3.12".
func interpreter(head []byte) string {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	m := shebang.FindSubmatch(line)
	if m == nil {
		return ""
	}
	program := filepath.Base(string(m[1]))
	if program == "env" {
		for _, word := range strings.Fields(string(m[2])) {
			if !strings.HasPrefix(word, "-") && !strings.Contains(word, "=") {
				program = filepath.Base(word)
				break
			}
		}
	}
	return strings.TrimRight(program, "0123456789.")
}
