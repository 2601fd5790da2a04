package prompt

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/models"
)

// answer is what all forms do alike: know when the output is complete and make
// a summary of it.
type answer struct {
	stop []string
	// echoes are sentences of the prompt, which a small model likes to say
	// again before it answers.
	echoes []string
}

func newAnswer(d models.Description, instructions ...string) answer {
	a := answer{stop: slices.DeleteFunc(slices.Clone(d.Stop), func(s string) bool { return s == "" })}
	for _, text := range instructions {
		for text = strings.TrimSpace(text); text != ""; {
			end := sentenceEnd(text)
			if line := strings.IndexByte(text, '\n'); end < 0 || line >= 0 && line < end {
				end = line
			}
			if end < 0 {
				end = len(text)
			}
			a.echoes = append(a.echoes, text[:end])
			text = strings.TrimSpace(text[end:])
		}
	}
	return a
}

func (a answer) Done(output string) bool {
	stopped := a.cut(output)
	return len(stopped) < len(output) || complete(a.withoutEchoes(stopped))
}

func (a answer) Answer(summary string) string { return summary }

func (a answer) Summary(output string, f Function) (string, error) {
	return Clean(a.withoutEchoes(a.cut(output)), f)
}

// cut ends output before the first of the model's stop strings.
func (a answer) cut(output string) string {
	for _, s := range a.stop {
		output, _, _ = strings.Cut(output, s)
	}
	return output
}

// withoutEchoes removes what the head of output repeats of the prompt.
func (a answer) withoutEchoes(output string) string {
	for {
		rest, found := cutAnyPrefix(strings.TrimLeft(output, " \n"), a.echoes...)
		if !found {
			return output
		}
		output = rest
	}
}
