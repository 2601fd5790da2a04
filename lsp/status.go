package lsp

import (
	"sync"
	"time"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// statusInterval is the least time between two notifications gloss/status.
const statusInterval = 200 * time.Millisecond

// statusReporter keeps the client informed, if it likes, and the user where
// nothing works.
type statusReporter struct {
	*session
	sends    func() string // where code goes, "" if it stays here
	throttle throttle

	mu         sync.Mutex
	now, sent  wire.Status
	answered   bool   // the model has
	complained string // the failure that the user was shown
}

func newStatusReporter(s *session, sends func() string) *statusReporter {
	r := &statusReporter{session: s, sends: sends}
	r.throttle = throttle{interval: statusInterval, run: r.send}
	return r
}

// warm notes that the model has answered.
func (r *statusReporter) warm() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answered = true
}

func (r *statusReporter) follow(st inference.Status) {
	r.mu.Lock()
	answered := r.answered
	r.mu.Unlock()
	now := wire.Status{State: "idle", Pending: st.Queued + st.Running}
	switch {
	case st.State == inference.Unavailable:
		now.State, now.Message = "failed", st.Err.Error()
	case st.State == inference.Busy && answered:
		now.State = "busy"
	case st.State == inference.Busy:
		now.State = "loading"
	}
	r.set(now)
}

// firstTime reports whether the user has not been told of this failure, and
// takes it as told.
func (r *statusReporter) firstTime(failed wire.Status) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := failed.Message != r.complained
	r.complained = failed.Message
	return first
}

// begin notes that a model is being opened. The user is told of a failure to do
// so even where it is the one before.
func (r *statusReporter) begin() {
	r.set(wire.Status{State: "loading"})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.complained = ""
}

func (r *statusReporter) set(now wire.Status) {
	now.Sends = r.sends()
	r.mu.Lock()
	r.now = now
	r.mu.Unlock()
	r.throttle.trigger(r.background)
}

func (r *statusReporter) send() (told bool) {
	r.mu.Lock()
	now := r.now
	news := now != r.sent
	complain := now.State == "failed" && now.Message != r.complained
	if r.sent = now; complain {
		r.complained = now.Message
	}
	r.mu.Unlock()
	if news && r.client.GlossStatus {
		r.tell("gloss/status", r.editor.GlossStatus(r.ctx, now))
		told = true
	}
	if complain {
		r.tell("window/showMessage", r.show(r.ctx, wire.MessageError, "gloss: "+now.Message))
	}
	return told
}
