// Package daemon runs the model in one process for all editors and terminals of
// a user: it is loaded once, a native crash takes no editor along, and its memory
// comes back when nobody has asked for a while.
//
// The Server is that process. A Client is an inference.Summarizer in another: it
// connects, starts the process if need be, and asks it. Documents, debouncing and
// the cache on disk stay with the clients; the Server decides whose turn it is.
//
// They speak JSON-RPC over a Unix socket in a folder that belongs to the user
// alone. Both ends check who is at the other.
package daemon

import (
	"errors"
	"time"

	"go.lsp.dev/jsonrpc2"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/local"
)

// Config says which model a client asks, and how it is run.
type Config struct {
	// Model is a name that the daemon's own store knows, or an absolute folder.
	Model string
	// Hash is that of the model's files (models.Model.Hash), as the client sees
	// them: both must mean the same.
	Hash    string
	Runtime local.Options // Library is absolute
	Writer  inference.WriterOptions
}

// The methods. All parameters are objects.
const (
	methodOpen      = "open"      // openParams: before any summarize
	methodSummarize = "summarize" // summarizeParams, answered by an inference.Summary
	methodRaise     = "raise"     // raiseParams, a notification
	methodCancel    = "cancel"    // cancelParams, a notification
	methodPing      = "ping"
	methodStatus    = "status" // answered by a Status
	methodStop      = "stop"   // a notification
)

type openParams struct {
	Client string // what it is called in the status
	PID    int
	Config Config
	Idle   time.Duration // how long the daemon is to stay when nobody asks
}

type summarizeParams struct {
	Request  uint64 // numbered by the client
	Function inference.Function
	Priority inference.Priority
}

type raiseParams struct {
	Request  uint64
	Priority inference.Priority
}

type cancelParams struct{ Request uint64 }

// Status is what a daemon is at. Programs read it as JSON.
type Status struct {
	PID     int            `json:"pid"`
	Build   string         `json:"build"`
	Since   time.Time      `json:"since"`
	Models  []ModelStatus  `json:"models"`
	Clients []ClientStatus `json:"clients"`
	// Queued and Running count functions, Awaited those of the queued that users
	// wait for, Written those since the start, and LastMinute those of the last
	// one.
	Queued     int `json:"queued"`
	Awaited    int `json:"awaited"`
	Running    int `json:"running"`
	Written    int `json:"written"`
	LastMinute int `json:"lastMinute"`
	// Memory is the resident size in bytes, 0 where it is not known.
	Memory int64 `json:"memory"`
	// IdleExit is how long the daemon stays when nobody asks, as the setting
	// inference.idleExit says it.
	IdleExit string `json:"idleExit"`
}

// ModelStatus is a model that a daemon has prepared.
type ModelStatus struct {
	Name    string `json:"name"`
	Clients int    `json:"clients"`
	// Provider is what it runs on, "" until it is loaded, and Fallback says why
	// not on what the clients want.
	Provider string `json:"provider,omitempty"`
	Fallback string `json:"fallback,omitempty"`
}

// ClientStatus is a connection.
type ClientStatus struct {
	Name    string `json:"name"`
	PID     int    `json:"pid"`
	Waiting int    `json:"waiting"` // functions that it has asked for
	Written int    `json:"written"`
}

// The codes of errors. Others are jsonrpc2's.
const (
	codeUnavailable jsonrpc2.Code = 1 + iota
	codeNoSummary
	codeBusy
	codeClosed
	codeFailed // of this one function, this time
)

// coded lists the errors that a client can tell apart.
var coded = map[jsonrpc2.Code]error{
	codeUnavailable: inference.ErrUnavailable,
	codeNoSummary:   inference.ErrNoSummary,
	codeBusy:        inference.ErrBusy,
	codeClosed:      inference.ErrClosed,
}

// toWire gives err the code by which the other side knows it.
func toWire(err error) error {
	if err == nil {
		return nil
	}
	for code, known := range coded {
		if errors.Is(err, known) {
			return jsonrpc2.NewError(code, err.Error())
		}
	}
	return jsonrpc2.NewError(codeFailed, err.Error())
}

// fromWire returns what toWire was given, as far as that can be told.
func fromWire(err error) error {
	var wire *jsonrpc2.Error
	if !errors.As(err, &wire) {
		return err
	}
	return &remoteError{wire.Message, coded[wire.Code]}
}

// remoteError is an error of the daemon.
type remoteError struct {
	message string
	is      error
}

func (e *remoteError) Error() string { return e.message }
func (e *remoteError) Unwrap() error { return e.is }
