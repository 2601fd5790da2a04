package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference/reference"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/models/eval"
)

// The reasons for which functions are not measured on, beside those for which
// a sentence is no reference.
const (
	undocumented reference.Reason = "no doc comment"
	notProduct   reference.Reason = "a test, or what others or a program wrote"
	notStrict    reference.Reason = "a sentence that is no more than the name, or has no verb in front"
	aCopy        reference.Reason = "nearly the same as another function"
	saidOften    reference.Reason = "a sentence that many functions have"
)

// maxSame is how many functions may have the same sentence, as in training.
const maxSame = 12

// readSource makes the data out of the documented functions of files and
// folders, and says on stderr how many that are.
func (f *evalFlags) readSource(c *cobra.Command) (functions []eval.Function, bad []error, err error) {
	copies := reference.NewDuplicates()
	sentences := map[string]int{}
	left := map[reference.Reason]int{}
	choose := func(root string, i *item) reference.Reason {
		path := relative(root, i.file)
		if !reference.IsProduct(path) {
			return notProduct
		}
		if i.chunk.Doc == "" {
			return undocumented
		}
		sentence, tier, why := reference.Of(i.function(), i.chunk.Doc)
		key := strings.ToLower(sentence)
		switch {
		case why != reference.None:
			return why
		case tier != reference.Strict:
			return notStrict
		case copies.Add(copies.Signature(i.chunk.Text)):
			return aCopy
		case sentences[key] >= maxSame:
			return saidOften
		}
		sentences[key]++
		functions = append(functions, eval.Function{
			Language: i.language, Code: i.chunk.Text, Reference: sentence,
			Name: i.chunk.Name, Kind: string(i.chunk.Kind), Container: i.chunk.Container,
			Path: path, Line: i.line,
		})
		return reference.None
	}
	for _, root := range f.paths {
		s, err := newSources([]string{root}, summarizeFlags{inputFlags: inputFlags{settings: settings.Default()}}, interruptible{c.Context(), c.InOrStdin()})
		if err != nil {
			return nil, nil, err
		}
		err = s.each(c.Context(), func(i *item) error {
			if why := choose(root, i); why != reference.None {
				left[why]++
			}
			return nil
		})
		switch {
		case c.Context().Err() != nil:
			return nil, nil, &exitError{exitFailed, errors.New("interrupted")}
		case err != nil:
			return nil, nil, &exitError{exitFailed, err}
		}
		bad = append(bad, s.unreadable...)
	}
	if !isQuiet(c) && len(functions)+len(left) > 0 {
		tellChoice(c.ErrOrStderr(), len(functions), left)
	}
	return functions, bad, nil
}

// relative is the file's path in the folder root, as its project knows it: the
// folders above say nothing of the project.
func relative(root, file string) string {
	path, err := filepath.Rel(root, file)
	if err != nil || path == "." {
		path = filepath.Base(file)
	}
	return filepath.ToSlash(path)
}

// tellChoice says how many functions are measured on, and why the others are
// not, most of them first.
func tellChoice(w io.Writer, chosen int, left map[reference.Reason]int) {
	all := chosen
	for _, n := range left {
		all += n
	}
	fmt.Fprintf(w, "%d of %s say in one sentence what they do\n", chosen, count(all, "function"))
	reasons := slices.SortedFunc(maps.Keys(left), func(a, b reference.Reason) int {
		if left[a] != left[b] {
			return left[b] - left[a]
		}
		return strings.Compare(string(a), string(b))
	})
	for _, why := range reasons {
		fmt.Fprintf(w, "%7d left out: %s\n", left[why], why)
	}
}
