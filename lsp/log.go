package lsp

import (
	"fmt"
	"os"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

// logs is the session's log. It goes to stderr or a file, and what a user
// should know of goes to the client as well.
type logs struct {
	logger *zap.Logger
	level  zap.AtomicLevel

	mu   sync.Mutex
	name string
	file *os.File // nil for stderr
}

func newLogs(o Options, s *session) *logs {
	l := &logs{level: zap.NewAtomicLevel()}
	format := zap.NewProductionEncoderConfig()
	format.EncodeTime = zapcore.ISO8601TimeEncoder
	local := zapcore.NewCore(zapcore.NewConsoleEncoder(format), l, l.level)
	if o.Log != nil {
		local = o.Log.Core()
	}
	l.logger = zap.New(zapcore.NewTee(local, newClientCore(s)))
	l.apply(o.Settings.Log)
	return l
}

// apply puts settings into effect. A file that cannot be written leaves the
// log where it was.
func (l *logs) apply(settings settings.Log) {
	if level, err := zapcore.ParseLevel(settings.Level); err == nil {
		l.level.SetLevel(level)
	}
	l.mu.Lock()
	if settings.File == l.name {
		l.mu.Unlock()
		return
	}
	l.name = settings.File
	err := l.reopen()
	l.mu.Unlock()
	if err != nil {
		l.logger.Warn("the log goes where it went before", zap.Error(err))
	}
}

func (l *logs) reopen() error {
	var file *os.File
	if l.name != "" {
		var err error
		if file, err = untrusted.OpenLog(l.name); err != nil {
			return fmt.Errorf("open the file of the setting gloss.log.file: %w", err)
		}
	}
	if l.file != nil {
		_ = l.file.Close() // every line has been written
	}
	l.file = file
	return nil
}

// Write implements zapcore.WriteSyncer.
func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return os.Stderr.Write(b)
	}
	return l.file.Write(b)
}

// Sync implements zapcore.WriteSyncer.
func (l *logs) Sync() error { return nil }

func (l *logs) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
}
