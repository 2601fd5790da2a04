package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// kept is a folder that gloss writes to.
type kept struct{ path, holds string }

func keptFolders(s settings.Cache) []kept {
	folders := []kept{
		{cmp.Or(s.Dir, cacheDir(func(error) {})), "the cache: summaries (names from your code may stand in them), a hash for each function, no code"},
		{modelStore().Root, "models that you pulled or imported, and which of them is in use"},
	}
	if place, err := daemonPlace(); err == nil {
		folders = append(folders, kept{place.Dir, "the daemon's socket and lock while it runs, and its log: no code"})
	}
	return folders
}

// privacy prints what is written where and what leaves the machine. It writes
// nothing itself.
func (f *modelFlags) privacy(w io.Writer, s settings.Cache) error {
	fmt.Fprintln(w, "Written, for your eyes only (folders 0700, files 0600):")
	for _, k := range keptFolders(s) {
		fmt.Fprintf(w, "  %s\n    %s\n    %s\n", cmp.Or(k.path, "nowhere, as the user has no home folder"), k.holds, k.state())
	}
	fmt.Fprint(w, `  the log
    paths, sizes and errors, no code; the server's stderr, which your editor
    keeps, or the file that the setting log.file or --log-file names
`)
	fmt.Fprintf(w, "Read, and never written: your settings,\n  %s\n", cmp.Or(userConfig(), "which have no place, as the user has no home folder"))
	if err := f.leaves(w); err != nil {
		return &exitError{exitUsage, err}
	}
	if s.Redis.URL != "" {
		does := "asks for summaries and hands on those that are written here"
		if s.Redis.ReadOnly {
			does = "asks for summaries"
		}
		fmt.Fprintf(w, `  But your setting cache.redis.url has gloss connect to your team's cache,
  %s
  It %s. What goes there is a keyed hash
  for each function and summaries encrypted with the team's key, no code
  (docs/team-cache.md).

`, settings.WithoutPassword(s.Redis.URL), does)
	}
	hub := "the address in HF_ENDPOINT, which is no URL"
	if h, err := newHub(); err == nil {
		hub = h.Endpoint()
	}
	fmt.Fprintf(w, `  Only 'gloss model pull', or the button of that name in an editor, connects: to
  %s. It asks for the model's files and tells
  gloss's version; HF_TOKEN goes along where it is set (it is %s).

`, hub, map[bool]string{true: "set", false: "not set"}[os.Getenv("HF_TOKEN") != ""])

	telemetry, err := f.libraryTelemetry()
	if err != nil {
		fmt.Fprintf(w, "FAIL  ONNX Runtime, the one library that gloss loads: %v\n", err)
	} else {
		fmt.Fprintf(w, "ONNX Runtime, the one library that gloss loads:\n  %s\n", telemetry)
	}
	fmt.Fprint(w, `
See for yourself, on Linux with strace. In a network that leads nowhere:
  env -u CI unshare --map-root-user --net strace -f -qq -e signal=none -e trace=network -o calls.txt gloss summarize PATH
calls.txt is empty then. docs/privacy.md says more.
`)
	if err != nil {
		return &exitError{code: exitFailed}
	}
	return nil
}

// leaves prints what leaves the machine while gloss reads and summarizes code.
func (f *modelFlags) leaves(w io.Writer) error {
	if f.backend != backendOpenAI {
		fmt.Fprint(w, `
Leaves the machine: nothing, while gloss reads and summarizes code. It opens no
connection, looks up no name, and starts no program but itself, to parse and to
run the model, and git, for 'gloss summarize --changed' alone. Nothing is counted
or reported. Your own setting backend (openai) alone could send code to a server
that you name; it is local.
`)
		return nil
	}
	notice, err := f.servers.Notice()
	if err != nil {
		return err
	}
	key := "none"
	switch {
	case f.servers.KeyEnv != "":
		key = "that of the variable " + f.servers.KeyEnv
	case f.servers.KeyFile != "":
		key = "that of the file " + f.servers.KeyFile
	}
	fmt.Fprintf(w, `
Leaves gloss, as your setting backend (openai) says: %s.
  For each function that is summarized: its language and its code, up to
  inference.maxInputTokens, and for some servers the sentence that its name
  makes. No path, and nothing of other functions. The key: %s.
  Nothing else is sent, counted or reported. docs/servers.md says more.
`, notice, key)
	return nil
}

// state says whether the folder is there, and who may look into it.
func (k kept) state() string {
	info, err := os.Stat(k.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "not there yet"
	case err != nil:
		return err.Error()
	}
	open := 0
	err = filepath.WalkDir(k.path, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := d.Info(); err == nil && d.Type()&fs.ModeSymlink == 0 && info.Mode().Perm()&0o077 != 0 {
			open++
		}
		return nil
	})
	switch {
	case err != nil:
		return fmt.Sprintf("there, %s; %v", info.Mode(), err)
	case open > 0:
		return fmt.Sprintf("there, %s; others on this machine can read %s in it: chmod -R go= %s", info.Mode(), count(open, "entry"), k.path)
	}
	return fmt.Sprintf("there, %s", info.Mode())
}

// libraryTelemetry loads the library as a summary would, and says what became
// of its telemetry.
func (f *modelFlags) libraryTelemetry() (string, error) {
	if err := f.check(); err != nil {
		return "", err
	}
	path, err := onnx.FindLibrary(f.library)
	if err != nil {
		return "", errors.New(strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	telemetry, err := onnx.LibraryTelemetry(path)
	if err != nil {
		return "", err
	}
	if telemetry == onnx.Unstoppable {
		return "", fmt.Errorf("%s holds a collector's address and does not know the switch that gloss uses; take another release", path)
	}
	if err := onnx.Initialize(path); err != nil {
		return "", err
	}
	what := "it has no telemetry that could reach a network"
	if telemetry == onnx.SwitchedOff {
		what = "it has telemetry; gloss has switched it off before loading it (ORT_DISABLE_TELEMETRY=1), and once more by its own call"
	}
	return fmt.Sprintf("%s, version %s\n  %s", path, onnx.Version(), what), nil
}
