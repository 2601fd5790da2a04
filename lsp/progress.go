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
	*session
	throttle throttle

	mu      sync.Mutex
	delay   *time.Timer // runs from the start of work until it is shown
	count   int         // of tokens
	token   string      // of what is shown, or ""
	pending int

	downloads map[string]context.CancelFunc // by token
}

func newProgress(s *session) *progress {
	p := &progress{session: s, downloads: map[string]context.CancelFunc{}}
	p.throttle = throttle{interval: progressInterval, run: p.report}
	return p
}

func (p *progress) follow(st inference.Status) {
	if !p.client.WorkDoneProgress {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = st.Queued + st.Running
	switch {
	case st.State != inference.Busy:
		p.finish()
	case p.token != "":
		p.throttle.trigger(p.background)
	case p.delay == nil:
		p.delay = time.AfterFunc(progressDelay, func() { p.background(p.begin) })
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
	p.tell("window/workDoneProgress/create", p.editor.CreateProgress(p.token))
	p.tell("$/progress", p.editor.BeginProgress(p.ctx, p.token, "Summarizing", p.message()))
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
	if !p.client.WorkDoneProgress {
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
	p.tell("window/workDoneProgress/create", p.editor.CreateProgress(token))
	p.tell("$/progress", p.editor.BeginProgress(p.ctx, token, title, ""))
	return ctx, func(message string) {
		if message != "" {
			p.tell("$/progress", p.editor.ReportProgress(p.ctx, token, message))
			return
		}
		cancel()
		p.mu.Lock()
		delete(p.downloads, token)
		p.mu.Unlock()
		p.tell("$/progress", p.editor.EndProgress(p.ctx, token))
	}
}

func (p *progress) report() (told bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token == "" {
		return false
	}
	p.tell("$/progress", p.editor.ReportProgress(p.ctx, p.token, p.message()))
	return true
}

func (p *progress) message() string {
	if p.pending == 1 {
		return "1 function"
	}
	return fmt.Sprintf("%d functions", p.pending)
}

// finish is called with p.mu held.
func (p *progress) finish() {
	if p.delay != nil {
		p.delay.Stop()
		p.delay = nil
	}
	if p.token != "" {
		p.tell("$/progress", p.editor.EndProgress(p.ctx, p.token))
		p.token = ""
	}
}

// cancelled is called when the user presses the button. A download ends; what is
// reported is whether it was that of the work for documents.
func (p *progress) cancelled(token string) (work bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cancel := p.downloads[token]; cancel != nil {
		cancel()
	}
	return p.token == token && token != ""
}
