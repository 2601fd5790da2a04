package wire

import "fmt"

// Position is a place in a document: a line and a character offset in it, both
// from 0, the latter in units of the negotiated position encoding.
type Position struct{ Line, Character uint32 }

// Range is a half-open span of a document.
type Range struct{ Start, End Position }

// TextEdit replaces Range by NewText.
type TextEdit struct {
	Range   Range
	NewText string
}

// WorkspaceEdit changes one document at the version that it was made for.
type WorkspaceEdit struct {
	URI     string
	Version int32
	Edits   []TextEdit
}

// Command is a button: Name is executed with Argument when it is pressed.
type Command struct {
	Title    string
	Name     string
	Argument CommandArgument
}

// The codes of JSON-RPC and LSP errors that this server answers.
const (
	codeInvalidRequest       = -32600
	CodeInvalidParams        = -32602
	codeInternalError        = -32603
	codeServerNotInitialized = -32002
	CodeRequestFailed        = -32803
)

// responseError is an error with the code that the client is to see. Any other
// error is an internal one.
type responseError struct {
	code    int32
	message string
}

func (e *responseError) Error() string { return e.message }

// Failf returns an error with a code that the client is to see.
func Failf(code int32, format string, args ...any) error {
	return &responseError{code, fmt.Sprintf(format, args...)}
}
