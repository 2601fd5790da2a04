package lsp

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// configurationTimeout is how long the model waits for the client to say how
// it is configured.
const configurationTimeout = 5 * time.Second

// configuration holds the settings in force, and what they are made of.
type configuration struct {
	now atomic.Pointer[inForce]

	mu     sync.Mutex
	user   settings.Settings // flags and initializationOptions, below the workspace's
	warned map[string]bool

	pulling  sync.Mutex // held while the client is asked, so that its last answer is the last to count
	applying sync.Mutex // held while settings are put into effect
}

// inForce are settings in force. They never change; others take their place.
type inForce struct {
	settings.Settings
	exclude settings.Exclude
}

func (c *configuration) force(s settings.Settings) {
	c.now.Store(&inForce{s, settings.NewExclude(s.Exclude)})
}

func (s *server) settings() *settings.Settings { return &s.config.now.Load().Settings }

// setSettings decodes settings that the client has sent. They are in force
// when it returns; configure puts the ones into effect that need more.
func (s *server) setSettings(raw []byte, from settings.Source) {
	c := &s.config
	c.mu.Lock()
	defer c.mu.Unlock()
	decoded, warnings := settings.Decode(c.user, raw, from)
	if from == settings.User {
		c.user = decoded
	}
	c.force(decoded)
	for _, w := range warnings {
		if !c.warned[w] {
			c.warned[w] = true
			s.log.Warn(w, zap.String("from", string(from)))
		}
	}
}

// pullConfiguration asks the client for its settings and puts them into effect.
func (s *server) pullConfiguration() {
	s.config.pulling.Lock()
	defer s.config.pulling.Unlock()
	ctx, cancel := context.WithTimeout(s.ctx, configurationTimeout)
	defer cancel()
	raw, err := s.editor.Configuration(ctx)
	if err != nil {
		s.tell("workspace/configuration", err)
	} else {
		s.setSettings(raw, settings.Workspace)
	}
	s.configure()
}

// DidChangeConfiguration takes settings that were sent along, or asks for them
// where that is how the client works.
func (s *server) DidChangeConfiguration(raw []byte) {
	if s.client.Configuration {
		s.background(s.pullConfiguration)
		return
	}
	if !settings.Mentioned(raw) {
		return // clients send the settings of every server
	}
	s.setSettings(raw, settings.Workspace)
	s.background(s.configure)
}

// configure puts the settings in force into effect. It takes a while.
func (s *server) configure() {
	s.config.applying.Lock()
	defer s.config.applying.Unlock()
	settings := s.settings()
	s.logs.apply(settings.Log)
	s.cutAnew()
	if o := s.sources.now.Load(); s.ctx.Err() == nil && settings.Enable && (o == nil || o.model != s.sources.modelSettings(settings)) {
		s.open(settings)
	}
	s.analyzeAll(urgently)
	s.refresh.touchAll()
}

// reopen opens the model of the settings in force anew, if that has been done
// before and is wanted again.
func (s *server) reopen(wanted func(*origin) bool) {
	s.config.applying.Lock()
	defer s.config.applying.Unlock()
	settings := s.settings()
	if o := s.sources.now.Load(); s.ctx.Err() != nil || !settings.Enable || o == nil || !wanted(o) {
		return
	}
	s.open(settings)
	s.analyzeAll(urgently)
	s.refresh.touchAll()
}

// followModel looks whether the model is another one by now, as after
// 'gloss model use' or 'gloss model pull' in a terminal.
func (s *server) followModel() {
	s.reopen(func(o *origin) bool { return o.model != s.sources.modelSettings(s.settings()) })
}

// open makes what the settings ask for the place where summaries come from. It
// is called with s.config.applying held.
func (s *server) open(settings *settings.Settings) {
	s.status.begin()
	o := s.sources.open(settings)
	if o.err != nil {
		s.failed(o.err)
		return
	}
	s.follow(o.summaries.Status())
}

// heard is called with what Summaries tell.
func (s *server) heard(e inference.Event) {
	if e.Known {
		s.learned(e)
		s.status.warm()
	}
	s.follow(e.Status)
}

// follow tells the user what Summaries are at.
func (s *server) follow(st inference.Status) {
	s.status.follow(st)
	s.progress.follow(st)
	if st.State == inference.Unavailable {
		s.refresh.touchAll()
	}
}

// forgetAll stops all work for the open documents.
func (s *server) forgetAll() {
	s.documents.each(func(o *openDocument) {
		o.ask(nil)
		o.analysis.held = true
		s.refresh.touch(o)
	})
}
