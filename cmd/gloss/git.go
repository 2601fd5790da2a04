package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// changes tells which lines have changed since a commit, as git says. It is the
// one part of gloss that runs another program, and only for --changed.
//
// A repository may be anybody's, and its configuration names programs. None of
// them is run: see quiet.
type changes struct {
	ref   string // a commit; with "..." behind it, where HEAD has left it
	warn  func(error)
	repos map[string]*changedFiles // by their top folder
}

// changedLines are those of a file.
type changedLines struct {
	all   bool
	hunks []hunk
}

// hunk is a stretch of lines that were changed or added, or a place between
// first and last where lines were deleted.
type hunk struct {
	first, last int
	deleted     bool
}

// touch reports whether a change lies in a stretch of lines.
func (l *changedLines) touch(first, last int) bool {
	return l.all || slices.ContainsFunc(l.hunks, func(h hunk) bool {
		if h.deleted {
			return first <= h.first && h.last <= last
		}
		return first <= h.last && h.first <= last
	})
}

// of returns what has changed in a file, or nil.
func (c *changes) of(ctx context.Context, file string) (*changedLines, error) {
	top, ok := nearestRepository(filepath.Dir(file))
	if !ok {
		return nil, usage("--changed needs a repository of git, and %s lies in none", filepath.Dir(file))
	}
	files := c.repos[top]
	if files == nil {
		base, err := c.base(ctx, top)
		if err != nil {
			return nil, err
		}
		if files, err = changedSince(ctx, top, base); err != nil {
			return nil, err
		}
		c.repos[top] = files
	}
	name, err := filepath.Rel(top, file)
	if err != nil {
		return nil, err
	}
	name = filepath.ToSlash(name)
	if files.all || !files.tracked[name] {
		return &changedLines{all: true}, nil
	}
	return files.lines[name], nil
}

func nearestRepository(dir string) (string, bool) {
	top := repositoryTop(dir)
	_, err := os.Lstat(filepath.Join(top, ".git"))
	return top, err == nil
}

// base returns the commit that a repository is compared with, or "" for one
// that has none yet. Of a submodule it is the one that the repository around it
// had then.
func (c *changes) base(ctx context.Context, top string) (string, error) {
	ref, fork := strings.CutSuffix(c.ref, "...")
	g, err := quietGit(ctx, top)
	if err != nil {
		return "", err
	}
	if around, ok := nearestRepository(filepath.Dir(top)); ok && ref != "HEAD" {
		if base, ok := c.recorded(ctx, g, around, top); ok {
			return base, nil
		}
	}
	if ref == "HEAD" {
		if _, err := g.output(ctx, "rev-parse", "--verify", "--quiet", "HEAD"); ctx.Err() == nil && err != nil {
			return "", nil // nothing is committed yet
		}
	}
	out, err := g.output(ctx, "rev-parse", "--verify", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return "", usage("--changed: %q is no commit of %s: %w", ref, top, err)
	}
	if fork {
		if out, err = g.output(ctx, "merge-base", strings.TrimSpace(out), "HEAD"); err != nil {
			return "", usage("--changed: %q and HEAD have no commit in common in %s: %w", ref, top, err)
		}
	}
	return strings.TrimSpace(out), nil
}

// recorded returns the commit of a submodule that the repository around it had
// recorded.
func (c *changes) recorded(ctx context.Context, submodule *repository, around, top string) (string, bool) {
	name, err := filepath.Rel(around, top)
	if err != nil {
		return "", false
	}
	base, err := c.base(ctx, around)
	if err != nil {
		return "", false
	}
	g, err := quietGit(ctx, around)
	if err != nil {
		return "", false
	}
	commit, err := g.output(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", base+":"+filepath.ToSlash(name))
	if err != nil {
		return "", false
	}
	commit = strings.TrimSpace(commit)
	if _, err := submodule.output(ctx, "cat-file", "-e", commit+"^{commit}"); err != nil {
		c.warn(fmt.Errorf("%s: the submodule lacks the commit %.12s, so it is compared by itself with %s", top, commit, c.ref))
		return "", false
	}
	return commit, true
}

// changedFiles are those of one repository.
type changedFiles struct {
	all     bool // are new
	tracked map[string]bool
	lines   map[string]*changedLines // of those that are tracked
}

func changedSince(ctx context.Context, top, base string) (*changedFiles, error) {
	files := &changedFiles{all: base == "", tracked: map[string]bool{}, lines: map[string]*changedLines{}}
	if files.all {
		return files, nil
	}
	g, err := quietGit(ctx, top)
	if err != nil {
		return nil, err
	}
	names, err := g.output(ctx, "ls-files", "-z", "--cached")
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(names, "\x00") {
		files.tracked[name] = true
	}
	return files, g.read(ctx, files.readDiff, "diff-index", "--patch", "--unified=0", "--find-renames", "--text", "--no-color", "--no-ext-diff", "--no-textconv",
		"--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/", base, "--")
}

var hunkHeader = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// readDiff reads a patch without context.
func (f *changedFiles) readDiff(r io.Reader) error {
	lines := bufio.NewReaderSize(r, 64<<10)
	var file *changedLines
	skip := 0 // lines of a hunk, which may look like anything
	for {
		line, err := lines.ReadSlice('\n')
		switch m := hunkHeader.FindSubmatch(line); {
		case len(line) == 0:
		case skip > 0 && line[0] != '\\':
			skip--
		case skip > 0:
		case bytes.HasPrefix(line, []byte("diff --git ")):
			file = nil
		case bytes.HasPrefix(line, []byte("+++ ")):
			name := strings.TrimSuffix(strings.TrimSuffix(string(line[len("+++ "):]), "\n"), "\t")
			if plain, err := strconv.Unquote(name); err == nil {
				name = plain
			}
			if name, ok := strings.CutPrefix(name, "b/"); ok {
				file = &changedLines{}
				f.lines[name] = file
			}
		case m != nil:
			old, first, now := numberOr1(m[1]), numberOr1(m[2]), numberOr1(m[3])
			skip = old + now
			h := hunk{first: first, last: first + now - 1}
			if now == 0 {
				h = hunk{first: first, last: first + 1, deleted: true}
			}
			if file != nil {
				file.hunks = append(file.hunks, h)
			}
		}
		for errors.Is(err, bufio.ErrBufferFull) { // the beginning of a line says it all
			_, err = lines.ReadSlice('\n')
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

func numberOr1(digits []byte) int {
	if len(digits) == 0 {
		return 1
	}
	n, _ := strconv.Atoi(string(digits)) // of digits, that a hostile file cannot write
	return n
}

// repository is one in which the program git is run.
type repository struct {
	program, top string
	env          []string
}

// quiet is the configuration under which git neither runs a program that the
// repository names nor connects to anything.
var quiet = []string{
	"core.fsmonitor", "false",
	"core.hooksPath", os.DevNull,
	"core.quotePath", "false",
	"protocol.allow", "never",
	sealed, "true",
}

// sealed is how gloss sees that git heeds what it is told in its environment,
// as it does since version 2.31.
const sealed = "gloss.sealed"

// quietGit returns git as it can be run in a repository that may be anybody's.
// Filters, which would run on files of the working tree, have names of their
// own, so they are looked up first.
func quietGit(ctx context.Context, top string) (*repository, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, usage("--changed needs the program git: %w", err)
	}
	g := &repository{program: program, top: top}
	g.configure(quiet)
	out, err := g.output(ctx, "config", "--includes", "--null", "--name-only", "--get-regexp", `^(filter\..*|gloss\.sealed)$`)
	if err != nil {
		return nil, err
	}
	names := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	if !slices.Contains(names, sealed) {
		return nil, usage("--changed needs git 2.31 or newer; %s is older", program)
	}
	settings := slices.Clone(quiet)
	for _, name := range names {
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "clean", "smudge", "process":
			settings = append(settings, name, "")
		case "required":
			settings = append(settings, name, "false")
		}
	}
	g.configure(settings)
	return g, nil
}

// configure sets git's environment, with settings that go before all files of
// configuration. Of the caller's environment only what git is found and trusted
// by is passed on: a hook's, for one, names another repository.
func (g *repository) configure(settings []string) {
	g.env = []string{"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "GIT_PAGER=cat"}
	for _, name := range []string{"PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"} {
		if value, ok := os.LookupEnv(name); ok {
			g.env = append(g.env, name+"="+value)
		}
	}
	g.env = append(g.env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings)/2))
	for i := 0; i < len(settings); i += 2 {
		g.env = append(g.env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i/2, settings[i]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i/2, settings[i+1]))
	}
}

func (g *repository) output(ctx context.Context, args ...string) (string, error) {
	var out []byte
	err := g.read(ctx, func(r io.Reader) (err error) {
		out, err = io.ReadAll(r)
		return err
	}, args...)
	return string(out), err
}

// read runs git and has its output read as it comes. The working tree is the
// folder that gloss sees, whatever the repository says.
func (g *repository) read(ctx context.Context, read func(io.Reader) error, args ...string) error {
	cmd := exec.CommandContext(ctx, g.program, append([]string{"--no-pager", "--work-tree=."}, args...)...)
	var said bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stderr = g.top, g.env, &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run git: %w", err)
	}
	failed := read(out)
	if failed != nil {
		_ = cmd.Process.Kill()
	}
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed != nil:
		return fmt.Errorf("read what 'git %s' says: %w", args[0], failed)
	case err != nil:
		return fmt.Errorf("git %s in %s: %w: %s", args[0], g.top, err, strings.TrimSpace(said.String()))
	}
	return nil
}
