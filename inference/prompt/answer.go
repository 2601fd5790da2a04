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
}

func newAnswer(d models.Description) answer {
	return answer{
		stop: slices.DeleteFunc(slices.Clone(d.Stop), func(s string) bool { return s == "" }),
	}
}

func (a answer) Done(output string) bool {
	return len(a.cut(output)) < len(output) || complete(output)
}

func (a answer) Answer(summary string) string { return summary }

func (a answer) Summary(output string, f Function) (string, error) {
	return Clean(a.cut(output), f)
}

// cut ends output before the first of the model's stop strings.
func (a answer) cut(output string) string {
	for _, s := range a.stop {
		output, _, _ = strings.Cut(output, s)
	}
	return output
}
