package wire

import "github.com/gloss-lsp/gloss/chunker"

// CodeLens is a line of text over a function.
type CodeLens struct {
	Range   Range
	Command Command
}

// Hover is the text for a place in a document.
type Hover struct {
	Range    Range
	Text     string
	Markdown bool
}

// InlayHint is text that an editor sets at the end of a line.
type InlayHint struct {
	Position Position
	Label    string
}

// Symbol is an entry of a document's outline.
type Symbol struct {
	Name, Detail     string
	Kind             chunker.Kind
	Range, Selection Range
	Children         []Symbol
}

// CodeAction is something that can be done about a function.
type CodeAction struct {
	Kind    string
	Command Command
	Edit    *WorkspaceEdit // does the same as the command, at once
}

// CommandArgument says what a command is about.
type CommandArgument struct {
	URI      string
	Position Position
}

// Document is a document that the client has opened.
type Document struct {
	URI, Path, Language string
	Version             int32
	Text                string
}

// ContentChange replaces a range by Text, or everything where it is nil.
type ContentChange struct {
	Range *Range
	Text  string
}

// Status is what gloss/status tells: "loading" until the model has answered
// for the first time, "busy" while it works, "idle", or "failed" with a Message
// that says why and what helps.
type Status struct {
	State   string `json:"state"`
	Message string `json:"message,omitempty"`
	// Pending counts the functions that wait for a summary.
	Pending int `json:"pending"`
	// Sends says where code goes, if servers are asked.
	Sends string `json:"sends,omitempty"`
}
