package lsp

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gloss-lsp/gloss/chunker"
)

// While one types into a function, most texts in between are broken. The lenses
// of all other functions stand: with one that goes, all text below it would jump.
func TestLensesStandWhileTheTextIsBroken(t *testing.T) {
	typed := []string{"{", "(", `"`, "'''", "`", "/*", "if (x", "}", "class A {", "do\n"}
	for _, language := range chunker.Languages() {
		t.Run(language.ID, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(filepath.Join("..", "chunker", "testdata", language.ID+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			o := newOffline(t)
			o.language = language.ID
			o.open(string(archive.Files[0].Data))
			chunks := o.documents.current(goURI).chunks()
			for i := 0; i < len(chunks); i += 1 + len(chunks)/4 {
				at := (chunks[i].BodyRange.Start + chunks[i].BodyRange.End) / 2 // 0 where there is nothing in it
				for _, text := range typed {
					for n := range text {
						o.replaceAt(at+n, 0, text[n:n+1])
						stand := o.lensed()
						for _, c := range chunks {
							name := c.NameRange.Start
							if name >= at {
								name += n + 1
							}
							if around := c.Range.Start <= at && at <= c.Range.End; !around && !stand[name] {
								t.Errorf("%q in %s: the lens of %s is gone", text[:n+1], chunks[i].Name, c.Name)
							}
						}
					}
					o.replaceAt(at, len(text), "")
					o.lensed() // as clients ask after every change
				}
			}
		})
	}
}

// lensed returns the offsets of the names that have a lens.
func (o *offline) lensed() map[int]bool {
	d := o.documents.current(goURI)
	lensed := map[int]bool{}
	for _, l := range codeLenses(o.snapshot(d)) {
		lensed[d.offset(l.Command.Argument.Position)] = true
	}
	return lensed
}

func (o *offline) replaceAt(at, n int, text string) {
	o.t.Helper()
	r := o.documents.current(goURI).span(at, at+n)
	o.change(&r, text)
}
