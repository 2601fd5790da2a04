package lsp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gloss-lsp/gloss/inference"
)

const (
	// progressDelay is how long work goes on before it is shown.
	progressDelay = 2 * time.Second
	// progressInterval is the least time between two reports.
	progressInterval = 500 * time.Millisecond
)

// progress shows work that takes long, with a button to cancel it.
type progress struct {
	server   *server
	throttle throttle

	mu      sync.Mutex
	delay   *time.Timer // runs from the start of work until it is shown
	count   int         // of tokens
	token   string      // of what is shown, or ""
	pending int

	downloads map[string]context.CancelFunc // by token
}

func newProgress(s *server) *progress {
	p := &progress{server: s, downloads: map[string]context.CancelFunc{}}
	p.throttle = throttle{interval: progressInterval, run: p.report}
	return p
}

func (p *progress) follow(st inference.Status) {
	if !p.server.client.WorkDoneProgress {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = st.Queued + st.Running
	switch {
	case st.State != inference.Busy:
		p.end()
	case p.token != "":
		p.throttle.trigger(p.server.background)
	case p.delay == nil:
		p.delay = time.AfterFunc(progressDelay, func() { p.server.background(p.begin) })
	}
}

func (p *progress) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.delay == nil {
		return // the work has ended
	}
	p.delay = nil
	p.token = p.next()
	s := p.server
	s.tell("window/workDoneProgress/create", s.editor.CreateProgress(p.token))
	s.tell("$/progress", s.editor.BeginProgress(s.ctx, p.token, "Summarizing", p.message()))
}

// next is called with p.mu held.
func (p *progress) next() string {
	p.count++
	return fmt.Sprintf("gloss/%d", p.count)
}

// download shows work that was asked for, from the start until show is called
// with no message. The user can end ctx.
func (p *progress) download(parent context.Context, title string) (ctx context.Context, show func(message string)) {
	ctx, cancel := context.WithCancel(parent)
	s := p.server
	if !s.client.WorkDoneProgress {
		return ctx, func(message string) {
			if message == "" {
				cancel()
			}
		}
	}
	p.mu.Lock()
	token := p.next()
	p.downloads[token] = cancel
	p.mu.Unlock()
	s.tell("window/workDoneProgress/create", s.editor.CreateProgress(token))
	s.tell("$/progress", s.editor.BeginProgress(s.ctx, token, title, ""))
	return ctx, func(message string) {
		if message != "" {
			s.tell("$/progress", s.editor.ReportProgress(s.ctx, token, message))
			return
		}
		cancel()
		p.mu.Lock()
		delete(p.downloads, token)
		p.mu.Unlock()
		s.tell("$/progress", s.editor.EndProgress(s.ctx, token))
	}
}

func (p *progress) report() (told bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token == "" {
		return false
	}
	p.server.tell("$/progress", p.server.editor.ReportProgress(p.server.ctx, p.token, p.message()))
	return true
}

func (p *progress) message() string {
	if p.pending == 1 {
		return "1 function"
	}
	return fmt.Sprintf("%d functions", p.pending)
}

// end is called with p.mu held.
func (p *progress) end() {
	if p.delay != nil {
		p.delay.Stop()
		p.delay = nil
	}
	if p.token != "" {
		p.server.tell("$/progress", p.server.editor.EndProgress(p.server.ctx, p.token))
		p.token = ""
	}
}

// cancelled is called when the user presses the button: a download ends; what
// is shown as work is not done until a document is opened, changed or saved,
// or a command asks.
func (p *progress) cancelled(token string) {
	p.mu.Lock()
	shown := p.token == token && token != ""
	if cancel := p.downloads[token]; cancel != nil {
		cancel()
	}
	p.mu.Unlock()
	if shown {
		p.server.forgetAll()
	}
}
