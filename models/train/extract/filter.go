package main

import (
	"regexp"
	"strings"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference/naming"
	"github.com/gloss-lsp/gloss/inference/reference"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// copyleft matches the header of a file whose licence asks for more than the
// corpus's licences do.
var copyleft = regexp.MustCompile(`(?i)GNU\s+(?:Lesser\s+|Library\s+|Affero\s+)?General\s+Public|SPDX-License-Identifier:[^\n]*GPL|\b[AL]?GPLv?[23]`)

// headBytes is where a file's licence is looked for.
const headBytes = 4 << 10

// minNamed is the least code of a function that nobody described, in bytes:
// shorter code says less than its name.
const minNamed = 80

// The reasons for which functions are left out of the corpus, beside those for
// which a sentence is no reference. They are headings of the report.
const (
	undocumented reference.Reason = "no doc comment, and a name that makes no sentence"
	unparsed     reference.Reason = "a file that no grammar could read (files)"
	duplicate    reference.Reason = "near-duplicate of another function"
	frequent     reference.Reason = "the same sentence has been seen too often"
	overCap      reference.Reason = "over the repository's cap"
)

// pairOf makes a pair of a chunk, or says why it is none. Repo, Commit and
// Path are left to the caller.
func pairOf(language string, c chunker.Chunk) (corpus.Pair, reference.Reason) {
	p := corpus.Pair{Language: language, Container: c.Container, Name: c.Name, Kind: string(c.Kind), Code: c.Text}
	if why := reference.CheckCode(p.Function()); why != reference.None {
		return corpus.Pair{}, why
	}
	if c.Doc == "" {
		return named(p)
	}
	sentence, tier, why := reference.Of(p.Function(), c.Doc)
	if why != reference.None {
		return corpus.Pair{}, why
	}
	p.Reference, p.Tier = sentence, corpus.Tier(tier)
	return p, reference.None
}

// named gives a function that nobody described the sentence of its name.
func named(p corpus.Pair) (corpus.Pair, reference.Reason) {
	if len(p.Code) < minNamed {
		return corpus.Pair{}, reference.CodeLength
	}
	sentence, ok := naming.Sentence(p.Function())
	if !ok || !strings.Contains(sentence, " ") {
		return corpus.Pair{}, undocumented
	}
	p.Reference, p.Tier = sentence, corpus.Name
	return p, reference.None
}
