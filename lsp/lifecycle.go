package lsp

import (
	"errors"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// errNoShutdown is what Serve returns when a client exits without having asked
// for shutdown, for which the specification wants the exit code 1.
var errNoShutdown = errors.New("the client sent exit without shutdown")

// Initialize implements wire.Server.
func (s *server) Initialize(c wire.ClientCapabilities) wire.ServerCapabilities {
	s.client = c
	s.log.Info("initialize", zap.String("client", c.Name), zap.String("clientVersion", c.Version),
		zap.String("server", s.version), zap.String("positionEncoding", string(c.Encoding)), zap.Int("processId", c.ProcessID))
	s.setSettings(c.Options, settings.User)
	if c.ProcessID > 0 {
		s.watchParent(c.ProcessID)
	}
	return wire.ServerCapabilities{
		Version: s.version, Encoding: c.Encoding, Symbols: s.settings().Symbols,
		Commands: commandNames(), CodeActions: []string{insertKind, sourceKind},
	}
}

// Client implements wire.Server.
func (s *server) Client() *wire.ClientCapabilities { return &s.client }

// Initialized starts what may send messages to the client. Where it can be
// asked for its configuration, the model waits for the answer.
func (s *server) Initialized() {
	if s.client.RegisterConfiguration {
		s.tell("client/registerCapability", s.editor.RegisterDidChangeConfiguration())
	}
	if s.client.Configuration {
		s.background(s.pullConfiguration)
		return
	}
	s.background(s.configure)
}

// Shutdown implements wire.Server.
func (s *server) Shutdown() {
	s.shutDown.Store(true)
	s.log.Info("shutdown")
	s.forgetAll()
}

// Exit implements wire.Server.
func (s *server) Exit(orderly bool) {
	if !orderly {
		s.end(errNoShutdown)
		return
	}
	s.end(nil)
}
