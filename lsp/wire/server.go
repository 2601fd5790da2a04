// Package wire is the boundary to the Language Server Protocol: it speaks
// JSON-RPC with a client, calls a Server by what comes, and knows go.lsp.dev, so
// that nothing else needs to. Types are named as in the specification and hold
// what this server uses of them.
package wire

import "context"

// Call is the rest of a request, which runs concurrently and may be cancelled.
type Call[R any] func(ctx context.Context) (R, error)

// call is one whose result can be encoded.
type call = Call[any]

// Server is what a client talks to. Its methods are called one at a time, in the
// order of the client's messages, and none waits for anything: a request takes
// what it is about, the current version of a document for instance, and returns
// the rest.
type Server interface {
	Initialize(ClientCapabilities) ServerCapabilities
	// Client is what Initialize was given.
	Client() *ClientCapabilities
	Initialized()
	Shutdown()
	// Exit is orderly after Shutdown.
	Exit(orderly bool)

	DidOpen(Document) error
	DidChange(uri string, version int32, changes []ContentChange) error
	DidSave(uri string) error
	DidClose(uri string) error
	DidChangeConfiguration(settings []byte) // as JSON
	CancelProgress(token string)

	CodeLens(uri string) Call[[]CodeLens]
	Hover(uri string, at Position) Call[*Hover]
	InlayHint(uri string, in Range) Call[[]InlayHint]
	DocumentSymbol(uri string) Call[[]Symbol]
	// CodeAction is automatic where the user has not asked for it.
	CodeAction(uri string, selection Range, automatic bool) Call[[]CodeAction]
	// ExecuteCommand returns what can be encoded as JSON.
	ExecuteCommand(name string, argument CommandArgument) Call[any]
}
