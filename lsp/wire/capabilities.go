package wire

import "strings"

// ClientCapabilities are what the client said about itself in initialize, as
// far as it matters here.
type ClientCapabilities struct {
	Name, Version         string
	ProcessID             int // of the editor, 0 where there is none to watch
	Encoding              PositionEncoding
	CodeLens              bool // announced; some ask for lenses all the same
	CodeLensRefresh       bool
	InlayHintRefresh      bool
	MarkdownHover         bool
	codeActionLiterals    bool
	DocumentChanges       bool
	Configuration         bool
	RegisterConfiguration bool
	WorkDoneProgress      bool
	MessageActions        bool // shows buttons under a message
	GlossRefresh          bool // wants our notification gloss/refresh
	GlossStatus           bool // wants our notification gloss/status
	labelIcons            bool // shows icons where a lens says $(name), and links where a message says [text](target)
	Options               []byte
}

// ServerCapabilities are what initialize answers beyond what is always so.
type ServerCapabilities struct {
	Version     string // of the server
	Encoding    PositionEncoding
	Symbols     bool
	Commands    []string
	CodeActions []string // their kinds
}

// Label returns the title of a lens such that the client shows it as it is: with
// a space of no width in it where VS Code would make an icon of $(name). VS
// Code's own escape, a backslash, would be seen where the title is shown
// otherwise than as a lens.
func (c *ClientCapabilities) Label(text string) string {
	if !c.labelIcons {
		return text
	}
	return strings.ReplaceAll(text, "$(", "$\u200b(")
}

// Message returns the text of a message such that the client shows it as it is.
// VS Code would make a link of [text](command:name), which runs the command with
// arguments of the text's choice; names and comments are anybody's.
func (c *ClientCapabilities) Message(text string) string {
	if !c.labelIcons {
		return text
	}
	return strings.ReplaceAll(text, "](", "]\u200b(")
}
