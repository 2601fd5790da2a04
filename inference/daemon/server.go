package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// DefaultIdle is how long a daemon stays when nobody asks.
const DefaultIdle = 10 * time.Minute

// ErrRunning means that a daemon of this build serves already.
var ErrRunning = errors.New("a daemon of this build runs already")

// Options say what a Server is made of.
type Options struct {
	Place Place
	Open  Open
	Log   *zap.Logger
	// Ready is called when clients can connect.
	Ready func()
}

// Server is the one process that runs models.
type Server struct {
	build string
	log   *zap.Logger
	found func() bool // whether clients that come find this daemon
	pool  *pool
	ctx   context.Context
	end   context.CancelFunc

	mu       sync.Mutex
	sessions map[*session]struct{}
	idle     time.Duration // what the last client that said has asked for
	asked    time.Time     // when somebody did last
	waiting  int           // functions
	rate     rate
	since    time.Time
	resting  *time.Timer
}

// Serve runs a daemon until nobody has asked for long enough, a client stops it,
// or ctx ends. It returns ErrRunning where there is one.
func Serve(ctx context.Context, o Options) error {
	if !Supported {
		return errors.New("this system has no daemons; models run in the process that asks")
	}
	if err := o.Place.prepare(); err != nil {
		return err
	}
	// Who waits for the end of the last daemon has the lock for a moment.
	moment, cancel := context.WithTimeout(ctx, lockMoment)
	lock, err := lockWhenFree(moment, o.Place.lock())
	cancel()
	if errors.Is(err, context.DeadlineExceeded) {
		return ErrRunning
	}
	if err != nil {
		return err
	}
	defer lock.release()
	if err := os.WriteFile(o.Place.lock(), fmt.Appendln(nil, os.Getpid()), 0o600); err != nil {
		return fmt.Errorf("write the daemon's process: %w", err)
	}

	// Whoever has the lock owns the socket: one that is there was left behind.
	if err := os.Remove(o.Place.socket()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the socket that an earlier daemon has left: %w", err)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: o.Place.socket(), Net: "unix"})
	if err != nil {
		return fmt.Errorf("listen for clients: %w", err)
	}
	listener.SetUnlinkOnClose(false) // it may be a successor's by then
	defer func() {
		if lock.stands() {
			_ = os.Remove(o.Place.socket())
		}
		listener.Close()
	}()
	if err := os.Chmod(o.Place.socket(), 0o600); err != nil {
		return fmt.Errorf("keep the daemon's socket to its user: %w", err)
	}

	s := &Server{build: o.Place.Build, found: func() bool { return lock.stands() && o.Place.hasSocket() }, log: o.Log, sessions: map[*session]struct{}{}, idle: DefaultIdle, since: time.Now(), asked: time.Now()}
	s.ctx, s.end = context.WithCancel(ctx)
	defer s.end()
	s.pool = newPool(s.ctx, o.Open, s.learned)
	defer s.pool.close()
	s.rest()
	if o.Ready != nil {
		o.Ready()
	}
	context.AfterFunc(s.ctx, func() { listener.Close() })
	s.log.Info("the daemon serves", zap.String("socket", o.Place.socket()), zap.Int("pid", os.Getpid()))
	var all sync.WaitGroup
	var pause time.Duration // since connections could not be accepted
	for {
		c, err := listener.AcceptUnix()
		if s.ctx.Err() != nil {
			if err == nil {
				c.Close()
			}
			break
		}
		if err != nil {
			// For want of descriptors or memory, which others may give back.
			if pause == 0 {
				s.log.Warn("a client could not connect", zap.Error(err))
			}
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			select {
			case <-time.After(pause):
			case <-s.ctx.Done():
			}
			continue
		}
		pause = 0
		if err := checkPeer(c); err != nil {
			s.log.Warn("a client was refused", zap.Error(err))
			c.Close()
			continue
		}
		all.Go(func() { s.serve(c) })
	}
	all.Wait()
	s.log.Info("the daemon ends")
	return nil
}

// rest ends the daemon when nobody has asked for as long as it stays, or when it
// finds that somebody has removed its folder: who comes has another daemon then,
// and those who are here go to that one with their next try. The monotonic clock
// counts, so that a clock that is set, or a machine that sleeps, changes nothing.
func (s *Server) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	left := s.idle - time.Since(s.asked)
	if s.waiting > 0 {
		left = s.idle
	}
	if !s.found() {
		s.log.Warn("the daemon's folder was removed; its clients start another one")
		s.end()
		return
	}
	if left <= 0 {
		s.log.Info("nobody has asked for a while", zap.Duration("idle", s.idle))
		s.end()
		return
	}
	if s.resting != nil {
		s.resting.Stop()
	}
	s.resting = time.AfterFunc(left, s.rest)
}

// wait counts a function that a client waits for, until done is called.
func (s *Server) wait(of *session) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	of.waiting++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waiting--
		of.waiting--
		of.written++
		s.asked = time.Now()
	}
}

func (s *Server) learned() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rate.count(time.Since(s.since))
}

func (s *Server) status() Status {
	s.pool.mu.Lock()
	var running, queued, awaited int
	models := []ModelStatus{}
	for _, m := range s.pool.models {
		st := m.scheduler.Status()
		queued, awaited, running = queued+st.Queued, awaited+st.Awaited, running+st.Running
		models = append(models, m.status())
	}
	s.pool.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Status{
		PID: os.Getpid(), Build: s.build, Since: s.since, IdleExit: s.idle.String(), Models: models, Clients: []ClientStatus{}, Memory: residentSize(),
		Queued: queued, Awaited: awaited, Running: running, Written: s.rate.total, LastMinute: s.rate.lastMinute(time.Since(s.since)),
	}
	for c := range s.sessions {
		if c.model != nil {
			st.Clients = append(st.Clients, ClientStatus{c.name, c.pid, c.waiting, c.written})
		}
	}
	slices.SortFunc(st.Clients, func(a, b ClientStatus) int { return a.PID - b.PID })
	return st
}
