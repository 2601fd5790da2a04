package chunker

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// typed are pieces of text that change the structure around them.
var typed = []string{
	"", "x", " ", "\n", "\r\n", "\n\n", "\t", "(", ")", "{", "}", "[", "]", "<", ">", `"`, "'", "`", `"""`, "/*", "*/", "/**",
	"//", "#", "--", "///", "(*", "*)", "{-", "-}", "@", "@a\n", "=", "=>", ":", ";", ",", ".", "é", "\x00", "\xff",
	"func f() {\n\n}\n", "def f():\n  pass\n", "class A {", "end\n", "// Does.\n", "# Does.\n", "let ", "export ", "fn ", "do\n",
}

// edits turns bytes into edits, three bytes each: where in the text, how many
// bytes go, which of the pieces comes.
func edits(text string, pieces []string, script []byte) []string {
	var texts []string
	for ; len(script) >= 3; script = script[3:] {
		at := len(text) * int(script[0]) / 255
		gone := min(int(script[1])%24, len(text)-at)
		text = text[:at] + pieces[int(script[2])%len(pieces)] + text[at+gone:]
		texts = append(texts, text)
	}
	return texts
}

// FuzzApply holds that any text in any language is cut without a panic into
// well-formed chunks, and that edits lead to the chunks of a fresh parse once
// the text is valid. Until then tree-sitter itself may recover from the error in
// another way when it has a tree to start from.
func FuzzApply(f *testing.F) {
	all := Languages()
	for i, language := range all {
		archive, err := txtar.ParseFile(filepath.Join("testdata", language.ID+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for j, file := range archive.Files {
			if file.Name == "want" {
				continue
			}
			for seed := range 4 {
				script := make([]byte, 24)
				for k := range script { // a fixed, spread-out script for each seed
					script[k] = byte((seed*7+k*k*13+j*29+i)*2654435761>>7 + k)
				}
				f.Add(uint8(i), string(file.Data), script)
			}
		}
	}
	f.Fuzz(func(t *testing.T, id uint8, text string, script []byte) {
		follows(t, all[int(id)%len(all)], text, typed, script)
	})
}

// follows holds what FuzzApply does for one text and its edits.
func follows(t *testing.T, language *Language, text string, pieces []string, script []byte) {
	if len(text) > 8<<10 || len(script) > 60 {
		t.Skip("long inputs find nothing that short ones do not")
	}
	options := Options{Timeout: 200 * time.Millisecond, MinLines: 1, Kinds: []Kind{Function, Method, Constructor, Type, Test}}
	file, err := Parse(t.Context(), language, text, options)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Skip("the grammar does not come to an end; the timeout does its work")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	checkInvariants(t, language, text, options, file.Chunks())
	for _, edited := range edits(text, pieces, script) {
		before := text
		if err := file.Apply(t.Context(), edited); errors.Is(err, context.DeadlineExceeded) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		text = edited
		checkInvariants(t, language, text, options, file.Chunks())
		if file.broken {
			continue
		}
		fresh, err := Parse(t.Context(), language, text, options)
		if errors.Is(err, context.DeadlineExceeded) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		diff := cmp.Diff(fresh.Chunks(), file.Chunks())
		fresh.Close()
		if diff != "" {
			t.Fatalf("%s: an edit of\n%q\nto\n%q\ngives other chunks than a fresh parse (-fresh +edited):\n%s", language.ID, before, text, diff)
		}
	}
}
