package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/daemon"
)

func newDaemon() *cobra.Command {
	started := false
	c := &cobra.Command{
		Use:   "daemon",
		Short: "Run the model for all editors and terminals, which start it",
		Long: `Run the model in one process for all editors and terminals of a user. They start
it when they need it, and it ends when nobody has asked for a while (setting
inference.idleExit), so there is seldom a reason to run it by hand.

It listens on a Unix socket in a folder that is yours alone, on nothing else.

Exit status: 0 it has ended as it should, or another one serves already; 1 it
could not serve.`,
		Example: `  gloss daemon status
  gloss daemon stop`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			err := serveDaemon(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), started)
			switch {
			case errors.Is(err, daemon.ErrRunning) && !started:
				fmt.Fprintln(c.ErrOrStderr(), "gloss:", err)
			case err != nil:
				if started {
					fmt.Fprintln(c.OutOrStdout(), err) // to the client that waits for it
				}
				return &exitError{exitFailed, err}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&started, "started", false, "tell the program that has started it when it serves")
	_ = c.Flags().MarkHidden("started") // it exists
	c.AddCommand(newDaemonStatus(), newDaemonStop())
	return c
}

func serveDaemon(ctx context.Context, stdout, stderr io.Writer, started bool) error {
	place, err := daemonPlace()
	if err != nil {
		return err
	}
	config := zap.NewProductionEncoderConfig()
	config.EncodeTime = zapcore.ISO8601TimeEncoder
	log := zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(config), zapcore.AddSync(stderr), zap.InfoLevel))
	return daemon.Serve(ctx, daemon.Options{
		Place: place,
		Open:  openBackend(log),
		Log:   log,
		Ready: func() {
			if started {
				_ = daemon.Announce(stdout) // a client that has gone need not know
			}
		},
	})
}

// openBackend returns what opens the model that a client asks for.
func openBackend(log *zap.Logger) daemon.Open {
	return func(ctx context.Context, c daemon.Config, before daemon.Backend) (daemon.Backend, error) {
		m, err := openModel(c.Model)
		if err != nil {
			return nil, err
		}
		last, _ := before.(*inference.Writer)
		w, err := last.Reopen(ctx, m, c.Runtime, c.Writer)
		if err != nil {
			return nil, err
		}
		if w.ModelHash() != c.Hash {
			return nil, errors.Join(fmt.Errorf("the model %s is another one for the daemon than for this client; 'gloss daemon stop' ends it, and the next client starts it anew", c.Model), w.Close())
		}
		w.Notify(func(err error) { log.Warn("the model runs on another provider", zap.Error(err)) })
		return w, nil
	}
}

// program is the executable of this process as it was when it started. Another
// may take its place on disk; this is the one to start again.
var program = func() (p struct{ path, build string }) {
	path, err := os.Executable()
	if err != nil {
		return p
	}
	if runtime.GOOS == "linux" {
		path = "/proc/self/exe"
	}
	info, err := os.Stat(path)
	if err != nil {
		return p
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", version, info.Size(), info.ModTime().UnixNano()))
	p.path, p.build = path, hex.EncodeToString(sum[:6])
	return p
}()

// daemonPlace is where the daemon of this build of gloss is found.
func daemonPlace() (daemon.Place, error) {
	if program.build == "" {
		return daemon.Place{}, errors.New("gloss does not find its own executable, by which a daemon is started")
	}
	dir, err := daemon.FindDir(xdg.RuntimeDir, os.TempDir())
	return daemon.Place{Dir: dir, Build: program.build}, err
}

// daemonCommand starts the daemon. It needs little of the environment of the
// client that happens to come first.
func daemonCommand() *exec.Cmd {
	c := &exec.Cmd{Path: program.path, Args: []string{"gloss", "daemon", "--started"}}
	for _, name := range []string{"HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"} {
		if value, ok := os.LookupEnv(name); ok {
			c.Env = append(c.Env, name+"="+value)
		}
	}
	return c
}

// daemonWait bounds what status and stop wait for one daemon.
const daemonWait = 5 * time.Second

func newDaemonStatus() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "status",
		Short: "Say what the daemon is at: clients, queue, rates, memory, model",
		Long: `Say what the daemons of this user are at: one for each build of gloss that is in
use. With --json each is one object:

  pid, build, since  the process, its build of gloss, when it was started
  memory             its resident size in bytes, 0 where that is not known
  models             name and clients of each model that is prepared; once it
                     is loaded, the provider that it runs on, and as fallback
                     why not on the one that is wanted
  clients            name, pid, and functions waiting and written, of each
  queued, awaited    functions that wait, and those of them that users wait for
  running, written   functions that are written now, and were since the start
  lastMinute         functions written in the last minute
  idleExit           how long it stays when nobody asks

Exit status: 0 one runs, 1 none does, or one does not answer.`,
		Example: `  gloss daemon status
  gloss daemon status --json | jq .memory`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return eachDaemon(c, func(ctx context.Context, p daemon.Place) error {
				s, err := daemon.Ask(ctx, p)
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(c.OutOrStdout(), s)
				}
				return printStatus(c.OutOrStdout(), s)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each")
	return c
}

func newDaemonStop() *cobra.Command {
	return &cobra.Command{
		Use:   "stop",
		Short: "End the daemon; the next client starts it again",
		Long: `End the daemons of this user. What they were asked is asked again: their clients
start the next one when they need it. One that does not answer is killed.

Exit status: 0 one was ended, 1 none runs, or one could not be ended.`,
		Example: `  gloss daemon stop`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return eachDaemon(c, func(ctx context.Context, p daemon.Place) error {
				err := daemon.Stop(ctx, p)
				if err == nil {
					fmt.Fprintln(c.OutOrStdout(), "stopped", p.Build)
				}
				return err
			})
		},
	}
}

// eachDaemon calls f for every daemon of the user.
func eachDaemon(c *cobra.Command, f func(context.Context, daemon.Place) error) error {
	own, err := daemonPlace()
	if err != nil {
		return &exitError{exitFailed, err}
	}
	places, err := daemon.Builds(own.Dir)
	if err != nil {
		return &exitError{exitFailed, err}
	}
	var failed []error
	found := 0
	for _, p := range places {
		ctx, cancel := context.WithTimeout(c.Context(), daemonWait)
		err := f(ctx, p)
		cancel()
		switch {
		case err == nil:
			found++
		case daemon.IsGone(err): // only its socket is left
		default:
			failed = append(failed, err)
		}
	}
	switch {
	case len(failed) > 0:
		return &exitError{exitFailed, errors.Join(failed...)}
	case found == 0:
		return &exitError{exitFailed, errors.New("no daemon runs")}
	}
	return nil
}

func printStatus(w io.Writer, s daemon.Status) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "process\t%d, for %s, build %s\n", s.PID, time.Since(s.Since).Round(time.Second), s.Build)
	if s.Memory > 0 {
		fmt.Fprintf(t, "memory\t%.0f MB\n", float64(s.Memory)/1e6)
	}
	for _, m := range s.Models {
		on := ""
		if m.Provider != "" {
			on = ", on " + m.Provider
		}
		fmt.Fprintf(t, "model\t%s, for %s%s\n", printable(m.Name), count(m.Clients, "client"), on)
		if m.Fallback != "" {
			fmt.Fprintf(t, "\t%s\n", printable(m.Fallback))
		}
	}
	fmt.Fprintf(t, "written\t%s, %d of them in the last minute\n", count(s.Written, "function"), s.LastMinute)
	fmt.Fprintf(t, "queue\t%d, %d of them awaited by users; %d are written\n", s.Queued, s.Awaited, s.Running)
	for _, c := range s.Clients {
		fmt.Fprintf(t, "client\t%s, process %d: %d asked for, %d answered\n", printable(c.Name), c.PID, c.Waiting, c.Written)
	}
	fmt.Fprintf(t, "ends\twhen nobody asks for %s\n", s.IdleExit)
	return t.Flush()
}
