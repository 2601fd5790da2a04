package mcpserver

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/gloss-lsp/gloss/cmd/gloss/outline"
)

// The bounds of an outline, in tokens. Its text goes out twice, once as structured
// content, and both together are to stay below 25,000, which agents take.
const (
	defaultTokens = 6000
	maxTokens     = 9000
	minTokens     = 200
)

// maxFolders and maxNotes bound what is said besides the outline.
const (
	maxFolders = 30
	maxNotes   = 10
)

var outlineTool = &mcp.Tool{
	Name:        "outline",
	Annotations: readOnly("Outline code"),
	Description: `Lists the functions of a source file, or of a folder with all below it, in order and nested: line range, signature, and one sentence on what each does. Use it first in code you do not know, and in place of reading a file whole to find something in it.

Example of the result:
server.go (412 lines)
12-40 func (s *Server) Serve(ctx context.Context) error — Accepts connections.
44-61 func (s *Server) drain() ~71% Waits for what is under way.

Behind "—" stands the author's doc comment; behind "~71%" what a small model wrote, with how often it is right when it is so sure. Where neither is good enough nothing is said. Functions of one or two lines are left out, as are files that .gitignore names, and below folders tests.

A folder with more than fits shows its longest functions, says how much was left out, and lists its folders with how many functions each has: ask again for one of those, or for a file. 20 languages: Go, Python, JavaScript, TypeScript, Rust, Java, C, C++, C#, Ruby, PHP, Bash, Lua, Kotlin, Scala, Zig, Haskell, OCaml, Elixir; also Vue, Svelte and Jupyter notebooks.`,
}

// OutlineInput are the arguments of the tool outline.
type OutlineInput struct {
	Path   string `json:"path,omitempty" jsonschema:"file or folder, relative to the project's root, or absolute; default: the whole project"`
	Tokens int    `json:"tokens,omitempty" jsonschema:"the most tokens the outline may take, 200 to 9000; default 6000. Give less for a glance at a folder"`
	Tests  bool   `json:"tests,omitempty" jsonschema:"true: show tests as well, which are left out below folders of other code"`
	Fast   bool   `json:"fast,omitempty" jsonschema:"true: do not run the model; signatures and doc comments alone, at once"`
}

// OutlineOutput is the result of the tool outline.
type OutlineOutput struct {
	Files      []FileOutline    `json:"files" jsonschema:"files in order of their paths"`
	Tokens     int              `json:"tokens" jsonschema:"about how many tokens the outline has"`
	LeftOut    *outline.LeftOut `json:"leftOut,omitempty" jsonschema:"what there was no room for"`
	Folders    []string         `json:"folders,omitempty" jsonschema:"where more is: folders and files to ask for next, with their numbers of functions"`
	Unfinished int              `json:"unfinished,omitempty" jsonschema:"functions that the model had no time for; asking again goes on with them"`
	Notes      []string         `json:"notes,omitempty" jsonschema:"what could not be read, and why"`
}

// FileOutline is a file of an outline.
type FileOutline struct {
	Path      string   `json:"path"`
	Lines     int      `json:"lines"`
	Functions []string `json:"functions" jsonschema:"a line each, indented by its depth"`
}

func (s *server) outline(ctx context.Context, r *mcp.CallToolRequest, in OutlineInput) (*mcp.CallToolResult, *OutlineOutput, error) {
	tokens := cmp.Or(in.Tokens, defaultTokens)
	if tokens < minTokens || tokens > maxTokens {
		return nil, nil, fmt.Errorf("tokens is %d; it must be %d to %d", tokens, minTokens, maxTokens)
	}
	real, done, err := s.begin(ctx, in.Path)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	found, err := s.Code.Outline(ctx, real, OutlineOptions{Tokens: tokens, Ask: !in.Fast, Tests: in.Tests}, progress(ctx, r))
	if err != nil {
		return nil, nil, err
	}
	out := &OutlineOutput{Files: []FileOutline{}, Tokens: found.Tokens, LeftOut: found.LeftOut, Unfinished: found.Unfinished, Notes: bounded(found.Notes)}
	for _, f := range found.Files {
		out.Files = append(out.Files, FileOutline{f.Place(), f.Lines, f.Rows()})
	}
	if found.LeftOut != nil {
		out.Folders = folders(s.Roots.Name(real), found.Counts)
	}
	return answer(out.text(found.Outline)), out, nil
}

func (o *OutlineOutput) text(of *outline.Outline) string {
	var b strings.Builder
	b.WriteString(of.String())
	if len(o.Files) == 0 && o.LeftOut == nil {
		b.WriteString("There are no functions here.\n")
	}
	if len(o.Folders) > 0 {
		b.WriteString("\nWhere they are:\n" + strings.Join(o.Folders, "\n") + "\n")
	}
	if o.Unfinished > 0 {
		fmt.Fprintf(&b, "\nThe model had no time for %d functions. Ask again to go on with them.\n", o.Unfinished)
	}
	for i, n := range o.Notes {
		if i == 0 {
			b.WriteByte('\n')
		}
		b.WriteString(n + "\n")
	}
	return b.String()
}

// bounded returns so many notes as are worth their tokens.
func bounded(notes []string) []string {
	for i, n := range notes {
		if len(n) > 300 {
			notes[i] = strings.ToValidUTF8(n[:300], "") + "…"
		}
	}
	if more := len(notes) - maxNotes; more > 0 {
		notes = append(notes[:maxNotes:maxNotes], fmt.Sprintf("and %d more notes", more))
	}
	return notes
}

// folders says what is directly below a folder, with how many functions there are
// in it: those of most functions.
func folders(base string, counts []Count) []string {
	in := map[string]int{}
	for _, c := range counts {
		name := c.Path
		if rest, ok := strings.CutPrefix(c.Path, strings.TrimSuffix(base, "/")+"/"); base == "." || ok {
			if base == "." {
				rest = c.Path
			}
			if first, _, deeper := strings.Cut(rest, "/"); deeper {
				name = path.Join(base, first) + "/"
			}
		}
		in[name] += c.Functions
	}
	if len(in) < 2 {
		return nil
	}
	names := make([]string, 0, len(in))
	for name := range in {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(in[b], in[a]), cmp.Compare(a, b)) })
	more := max(0, len(names)-maxFolders)
	names = names[:len(names)-more]
	for i, name := range names {
		names[i] = fmt.Sprintf("%s: %d functions", name, in[name])
	}
	if more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return names
}
