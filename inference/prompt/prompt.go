// Package prompt is the text that goes into a model and what is made of the
// text that comes out.
//
// A Form turns a function into segments of text and the model's output into one
// line of plain text. Which form a model wants stands in its description; a
// form's version grows whenever the same function would get another prompt.
// Forms know no tokenizer: who runs the model makes tokens of the segments.
//
// Code and output are both untrusted. Code is plain text to a tokenizer, so that
// it cannot forge a chat turn, and is bounded before it is tokenized; output
// passes Clean.
package prompt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gloss-lsp/gloss/inference/identity"
	"github.com/gloss-lsp/gloss/models"
)

// Function is what a summary is asked for.
type Function = identity.Function

// Form knows how one kind of model is asked and answers. It is safe for
// concurrent use.
type Form interface {
	// Prompt returns what the model is to continue for f. Whatever f holds, its
	// length is bounded: by the description's MaxInputTokens and a constant where
	// it is encoded, and by a multiple of both before that.
	Prompt(f Function) Prompt
	// Done reports whether output, the text generated so far, already holds
	// the summary, so that generation can stop.
	Done(output string) bool
	// Answer returns what the model would have to write to say summary.
	Answer(summary string) string
	// Summary makes one line of plain text of everything that was generated.
	// Its errors are those of Clean.
	Summary(output string, f Function) (string, error)
}

// kind is a kind of prompt.
type kind struct {
	form func(models.Description) Form
	// markers are the special tokens that prompts cannot do without, and end is
	// the one that ends an answer.
	markers []string
	end     string
	// placed says that the prompt tells where a function stands.
	placed bool
}

// kinds lists the known forms by name and version.
var kinds = map[models.Prompt]kind{
	{Form: "chat", Version: 1}:          newChat(chatShort, smolLM2),
	{Form: "chat-direct", Version: 1}:   newChat(chatDirect, smolLM2),
	{Form: "chat-role", Version: 1}:     newChat(chatRole, smolLM2),
	{Form: "chat-task", Version: 1}:     newChat(chatTask, smolLM2),
	{Form: "chat-qwen3", Version: 1}:    newChat(chatShort, qwen3),
	{Form: "chat-llama3", Version: 1}:   newChat(chatShort, llama3),
	{Form: "chat-llama3.1", Version: 1}: newChat(chatShort, llama31),
	{Form: "chat-gemma", Version: 1}:    newChat(chatShort, gemma),
	{Form: "chat-phi3", Version: 1}:     newChat(chatShort, phi3),
	{Form: "chat-phi4", Version: 1}:     newChat(chatShort, phi4),
	{Form: "code", Version: 1}:          {form: newCode, markers: chatML, placed: true},
	{Form: "code2text", Version: 1}:     {form: newCodeToText, markers: []string{textStart, textEnd}, end: textEnd},
}

// AppendPlace appends what prompts of the kind p say of the place where f
// stands. Functions of which it is the same, with the same language, name and
// code, have the same prompt. It needs no model.
func AppendPlace(b []byte, p models.Prompt, f Function) []byte {
	if kinds[p].placed {
		return appendCodePlace(b, f)
	}
	return b
}

// New returns the form that d names. It fails if the form is unknown.
func New(d models.Description) (Form, error) {
	kind, ok := kinds[d.Prompt]
	if !ok {
		return nil, fmt.Errorf("prompt form %q version %d is unknown to this gloss; it knows %s", d.Prompt.Form, d.Prompt.Version, known())
	}
	if d.MaxInputTokens < 1 {
		return nil, fmt.Errorf("maxInputTokens is %d; it must be positive", d.MaxInputTokens)
	}
	return kind.form(d), nil
}

// Named returns the form that ref names: "code@1", or "code" for the newest
// version of it.
func Named(ref string) (models.Prompt, error) {
	name, version, exact := strings.Cut(ref, "@")
	var found models.Prompt
	for p := range kinds {
		if p.Form == name && p.Version > found.Version && (!exact || strconv.Itoa(p.Version) == version) {
			found = p
		}
	}
	if found.Form == "" {
		return models.Prompt{}, fmt.Errorf("prompt form %q is unknown to this gloss; it knows %s", ref, known())
	}
	return found, nil
}

// known lists the forms for a message.
func known() string {
	var names []string
	for p := range kinds {
		names = append(names, fmt.Sprintf("%q version %d", p.Form, p.Version))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
