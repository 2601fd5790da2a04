package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/gloss-lsp/gloss/inference"
)

// The most functions that one call summarizes, and that an error names.
const (
	maxFunctions = 20
	maxNamed     = 40
)

var summarizeTool = &mcp.Tool{
	Name:        "summarize",
	Annotations: readOnly("Summarize a function"),
	Description: `Says in one sentence what a function of a file does, with its signature and its line range: the function around a line (for a stack trace, a search's hit or a diagnostic), or all of a name in the file (a name alone, or with its container: "Server.Serve").

For more than a few functions of one file use outline, which is one call. The sentence is the author's doc comment (source "doc") or was written by a small model (source "model", with how often it is right when it is so sure); where that is not sure enough there is none, and "withheld" says why: read the lines then.`,
}

// SummarizeInput are the arguments of the tool summarize.
type SummarizeInput struct {
	Path string `json:"path" jsonschema:"the file, relative to the project's root, or absolute"`
	Line int    `json:"line,omitempty" jsonschema:"a line inside the function, from 1 on; give this or name"`
	Cell int    `json:"cell,omitempty" jsonschema:"of a Jupyter notebook: the number of the cell that line is counted in, from 1 on"`
	Name string `json:"name,omitempty" jsonschema:"the function's name, or its container's and its name with a dot between"`
}

// SummarizeOutput is the result of the tool summarize.
type SummarizeOutput struct {
	Functions []Function `json:"functions"`
	Notes     []string   `json:"notes,omitempty" jsonschema:"what could not be read, and why"`
}

// Function is a function, with what it does where that is known.
type Function struct {
	Path       string           `json:"path"`
	Cell       int              `json:"cell,omitempty" jsonschema:"the number of a notebook's cell, in which lines are counted"`
	Container  string           `json:"container,omitempty" jsonschema:"what the function is a part of: a class or a type"`
	Name       string           `json:"name"`
	Kind       string           `json:"kind"`
	Signature  string           `json:"signature"`
	StartLine  int              `json:"startLine"`
	EndLine    int              `json:"endLine"`
	Summary    string           `json:"summary,omitempty"`
	Source     inference.Source `json:"source,omitempty" jsonschema:"who says so: doc, model or name"`
	Confidence float64          `json:"confidence,omitempty" jsonschema:"0 to 1: the share of summaries by the model that are good when it is so sure"`
	Withheld   string           `json:"withheld,omitempty" jsonschema:"why there is no summary"`
}

func (s *server) summarize(ctx context.Context, r *mcp.CallToolRequest, in SummarizeInput) (*mcp.CallToolResult, *SummarizeOutput, error) {
	switch {
	case in.Line < 0 || in.Cell < 0:
		return nil, nil, errors.New("line and cell are counted from 1 on")
	case (in.Line > 0) == (in.Name != ""):
		return nil, nil, errors.New("give either line or name; outline lists all functions of a file")
	}
	real, done, err := s.begin(ctx, in.Path)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	more := 0
	found, err := s.Code.Summarize(ctx, real, func(all []Function) ([]int, error) {
		chosen := in.choose(all)
		if len(chosen) == 0 {
			return nil, in.none(all)
		}
		more = max(0, len(chosen)-maxFunctions)
		return chosen[:len(chosen)-more], nil
	}, progress(ctx, r))
	if err != nil {
		return nil, nil, err
	}
	if more > 0 {
		found.Notes = append(found.Notes, fmt.Sprintf("%d more functions are called so; give a line of theirs", more))
	}
	out := &SummarizeOutput{Functions: found.Functions, Notes: bounded(found.Notes)}
	return answer(out.text()), out, nil
}

// choose returns the functions that are meant: around a line it is the shortest.
func (in *SummarizeInput) choose(all []Function) (chosen []int) {
	for i, f := range all {
		switch {
		case in.Name != "":
			if f.isCalled(in.Name) {
				chosen = append(chosen, i)
			}
		case in.Cell > 0 && f.Cell != in.Cell, in.Line < f.StartLine, in.Line > f.EndLine:
		case len(chosen) > 0 && all[chosen[0]].Cell == f.Cell:
			if f.EndLine-f.StartLine <= all[chosen[0]].EndLine-all[chosen[0]].StartLine {
				chosen[0] = i
			}
		default:
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// isCalled takes the ways in which languages write a method's name.
func (f *Function) isCalled(name string) bool {
	name = strings.NewReplacer("::", ".", "#", ".", "(*", "", "(", "", ")", "").Replace(name)
	return name == f.Name || f.Container != "" && name == f.Container+"."+f.Name
}

// none says what there is in place of what was asked for.
func (in *SummarizeInput) none(all []Function) error {
	what := fmt.Sprintf("there is no function called %.100q in %.200q", in.Name, in.Path)
	if in.Name == "" {
		what = fmt.Sprintf("there is no function around line %d in %.200q", in.Line, in.Path)
	}
	var names []string
	for _, f := range all {
		if name := fmt.Sprintf("%.80s (%d-%d)", f.Name, f.StartLine, f.EndLine); len(names) < maxNamed && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("%s, nor any other of at least three lines", what)
	}
	return fmt.Errorf("%s; there are: %s", what, strings.Join(names, ", "))
}

func (o *SummarizeOutput) text() string {
	var b strings.Builder
	for _, f := range o.Functions {
		place := f.Path
		if f.Cell > 0 {
			place = fmt.Sprintf("%s:cell %d", f.Path, f.Cell)
		}
		fmt.Fprintf(&b, "%s:%d-%d %s\n", place, f.StartLine, f.EndLine, f.Signature)
		switch {
		case f.Summary == "":
			fmt.Fprintf(&b, "No summary: %s\n", f.Withheld)
		case f.Source == inference.SourceModel && f.Confidence > 0:
			fmt.Fprintf(&b, "~%.0f%% %s\n", 100*f.Confidence, f.Summary)
		case f.Source == inference.SourceModel:
			fmt.Fprintf(&b, "~ %s\n", f.Summary)
		default:
			fmt.Fprintf(&b, "— %s\n", f.Summary)
		}
	}
	for _, n := range o.Notes {
		b.WriteString(n + "\n")
	}
	return b.String()
}
