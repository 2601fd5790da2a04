package lsp

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/lsp/settings"
)

// configurationTimeout is how long the model waits for the client to say how
// it is configured.
const configurationTimeout = 5 * time.Second

// configuration holds the settings in force and puts changes into effect.
type configuration struct {
	inForce atomic.Pointer[settings.Settings]
	exclude atomic.Pointer[settings.Exclude]

	mu     sync.Mutex
	user   settings.Settings // flags and initializationOptions, below the workspace's
	warned map[string]bool

	pulling  sync.Mutex // held while the client is asked, so that its last answer is the last to count
	applying sync.Mutex // held while settings are put into effect
	cut      cutSettings
}

// cutSettings are the settings that a syntax is made for.
type cutSettings struct {
	enable                    bool
	minLines                  int
	kinds, languages, exclude []string
}

func cutSettingsOf(s *settings.Settings) cutSettings {
	return cutSettings{s.Enable, s.MinLines, s.Kinds, s.Languages, s.Exclude}
}

func (c *configuration) init(s settings.Settings) {
	c.user, c.warned, c.cut = s, map[string]bool{}, cutSettingsOf(&s)
	c.force(s)
}

func (c *configuration) force(s settings.Settings) {
	exclude := settings.NewExclude(s.Exclude)
	c.exclude.Store(&exclude)
	c.inForce.Store(&s)
}

func (c *configuration) excludes(path string) bool { return c.exclude.Load().Match(path) }

// settings returns the settings in force, which never change; others take
// their place.
func (s *server) settings() *settings.Settings { return s.config.inForce.Load() }

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
	settings := *s.settings()
	s.logs.apply(settings.Log)
	if cut := cutSettingsOf(&settings); !reflect.DeepEqual(cut, s.config.cut) {
		s.config.cut = cut
		s.cutAnew()
	}
	if u := s.origin.Load(); s.ctx.Err() == nil && settings.Enable && (u == nil || u.model != s.modelSettings(settings)) {
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
	settings := *s.settings()
	if u := s.origin.Load(); s.ctx.Err() != nil || !settings.Enable || u == nil || !wanted(u) {
		return
	}
	s.open(settings)
	s.analyzeAll(urgently)
	s.refresh.touchAll()
}

// followModel looks whether the model is another one by now, as after
// 'gloss model use' or 'gloss model pull' in a terminal.
func (s *server) followModel() {
	s.reopen(func(u *origin) bool { return u.model != s.modelSettings(*s.settings()) })
}

// open makes what the settings ask for the place where summaries come from. It
// is called with s.config.applying held.
func (s *server) open(settings settings.Settings) {
	s.status.begin()
	u := s.openOrigin(settings)
	s.useOrigin(u)
	if u.err != nil {
		s.failed(u.err)
		return
	}
	s.follow(u.summaries.Status())
}

// cutAnew gives every open document a syntax for the settings in force.
func (s *server) cutAnew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.documents {
		anew := *o.current
		s.background(anew.syntax.close)
		anew.syntax = s.newSyntax(anew.uri, anew.path, anew.language)
		if anew.syntax.language != nil { // what was shown is, until it has been cut
			anew.syntax.last.Store(o.current.syntax.last.Load())
		}
		o.current = s.newVersion(anew)
	}
}

// forgetAll stops all work for the open documents.
func (s *server) forgetAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.documents {
		o.ask(nil)
		o.analysis.held = true
		s.refresh.touch(o)
	}
}
