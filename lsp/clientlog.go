package lsp

import (
	"strings"
	"sync"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// At most clientLogBurst messages in clientLogPeriod go to the client.
const (
	clientLogBurst  = 10
	clientLogPeriod = time.Minute
)

// clientCore is a zapcore.Core that sends warnings and errors to the client.
// It says nothing about its own failures: that would be logged again.
type clientCore struct {
	zapcore.LevelEnabler
	zapcore.Encoder
	sink *clientSink
}

// clientSink sends what is not too much.
type clientSink struct {
	session *session

	mu    sync.Mutex
	since time.Time
	count int
}

func newClientCore(s *session) *clientCore {
	encoder := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "message"})
	return &clientCore{zapcore.WarnLevel, encoder, &clientSink{session: s}}
}

// With implements zapcore.Core.
func (c *clientCore) With(fields []zapcore.Field) zapcore.Core {
	encoder := c.Clone()
	for _, f := range fields {
		f.AddTo(encoder)
	}
	return &clientCore{c.LevelEnabler, encoder, c.sink}
}

// Check implements zapcore.Core.
func (c *clientCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}

// Write implements zapcore.Core.
func (c *clientCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line, err := c.EncodeEntry(e, fields)
	if err != nil {
		return err
	}
	defer line.Free()
	c.sink.send(e.Level, strings.TrimSpace(line.String()))
	return nil
}

// Sync implements zapcore.Core.
func (c *clientCore) Sync() error { return nil }

func (s *clientSink) send(level zapcore.Level, text string) {
	if !s.session.editor.Listens() || !s.allow() {
		return
	}
	t := wire.MessageWarning
	if level >= zapcore.ErrorLevel {
		t = wire.MessageError
	}
	_ = s.session.editor.LogMessage(s.session.ctx, t, text)
}

func (s *clientSink) allow() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.since) >= clientLogPeriod {
		s.since, s.count = now, 0
	}
	s.count++
	return s.count <= clientLogBurst
}
