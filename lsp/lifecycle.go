package lsp

import (
	"errors"
	"sync"

	"go.uber.org/zap"
)

// lifecycle says which messages are in order at the moment.
type lifecycle struct {
	mu    sync.Mutex
	state lifecycleState
}

type lifecycleState int

const (
	uninitialized lifecycleState = iota
	running
	shutDown
)

// errNoShutdown is what Serve returns when a client exits without having asked
// for shutdown, for which the specification wants the exit code 1.
var errNoShutdown = errors.New("the client sent exit without shutdown")

// admit decides about a request, and advances the state for those that are
// part of the lifecycle.
func (l *lifecycle) admit(method string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.state == shutDown:
		return failf(codeInvalidRequest, "%.80q came after shutdown", method)
	case method == "initialize" && l.state == running:
		return failf(codeInvalidRequest, "initialize came twice")
	case method == "initialize":
		l.state = running
	case l.state == uninitialized:
		return failf(codeServerNotInitialized, "%.80q came before initialize", method)
	case method == "shutdown":
		l.state = shutDown
	}
	return nil
}

// undo takes an initialize back that could not be understood.
func (l *lifecycle) undo() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = uninitialized
}

// admits decides about a notification. Those out of order are dropped, as they
// have no answer.
func (l *lifecycle) admits(method string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == running || method == "exit"
}

func (l *lifecycle) isShutDown() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == shutDown
}

// clientCapabilities are what the client said about itself in initialize, as
// far as it matters here.
type clientCapabilities struct {
	name, version         string
	processID             int // of the editor, 0 where there is none to watch
	encoding              positionEncoding
	codeLens              bool // announced; some ask for lenses all the same
	codeLensRefresh       bool
	inlayHintRefresh      bool
	markdownHover         bool
	codeActionLiterals    bool
	documentChanges       bool
	configuration         bool
	registerConfiguration bool
	workDoneProgress      bool
	messageActions        bool // shows buttons under a message
	glossRefresh          bool // wants our notification gloss/refresh
	glossStatus           bool // wants our notification gloss/status
	labelIcons            bool // shows icons where a lens says $(name), and links where a message says [text](target)
	options               []byte
}

// serverCapabilities are what initialize answers beyond what is always so.
type serverCapabilities struct {
	encoding positionEncoding
	symbols  bool
}

func (s *server) initialize(c clientCapabilities) serverCapabilities {
	s.client = c
	s.log.Info("initialize", zap.String("client", c.name), zap.String("clientVersion", c.version),
		zap.String("server", s.version), zap.String("positionEncoding", string(c.encoding)), zap.Int("processId", c.processID))
	s.setSettings(c.options, fromUser)
	s.config.cut = s.settings().cutSettings() // nothing has been cut before
	if c.processID > 0 {
		s.watchParent(c.processID)
	}
	return serverCapabilities{encoding: c.encoding, symbols: s.settings().Symbols}
}

// initialized starts what may send messages to the client. Where it can be
// asked for its configuration, the model waits for the answer.
func (s *server) initialized() {
	if s.client.registerConfiguration {
		s.tell("client/registerCapability", s.editor.registerDidChangeConfiguration())
	}
	if s.client.configuration {
		s.background(s.pullConfiguration)
		return
	}
	s.background(s.configure)
}

func (s *server) shutdown() {
	s.log.Info("shutdown")
	s.forgetAll()
}

func (s *server) exit() {
	if !s.lifecycle.isShutDown() {
		s.end(errNoShutdown)
		return
	}
	s.end(nil)
}
