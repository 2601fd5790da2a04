package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// inputHelp is what --help says of them.
const inputHelp = `
A file that is named is read, whatever it is called; folders are searched as
ripgrep would: .gitignore, .ignore and hidden files are heeded, and -g and -t
choose among the rest. What is passed over is said at the end. With --changed
git is asked what has changed since the last commit, with untracked files, and
PATH may be left out, as with --stdin-filename.

Settings are read from config.json in gloss's folder below XDG_CONFIG_HOME, then
from .gloss.json at the top of the first path's repository, which may be
anybody's and chooses no model and no place; flags go before both.`

// inputFlags say what is summarized.
type inputFlags struct {
	config   configFlags
	settings settings.Settings // of the files that config names
	set      func(string) bool // whether a flag is given; nil: none is

	languages  []string
	chunkLines int
	globs      []string
	exclude    []string
	kinds      []string
	minLines   int
	noTests    bool
	hidden     bool
	noIgnore   bool
	changed    string
	stdinName  string
}

func (f *inputFlags) add(c *cobra.Command) {
	f.config.add(c)
	flags := c.Flags()
	flags.StringSliceVarP(&f.languages, "language", "t", nil, "below folders, only files in these `LANGUAGES`: go,py; one alone is also what standard input and named files are in, whatever they are called")
	flags.StringArrayVarP(&f.globs, "glob", "g", nil, "below folders, only files that match this `GLOB`, or with ! before it none that do, whatever ignore files say (repeatable)")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "below folders, no files that match this `GLOB`, as in the setting exclude (repeatable)")
	flags.BoolVar(&f.hidden, "hidden", false, "below folders, hidden files as well")
	flags.BoolVar(&f.noIgnore, "no-ignore", false, "below folders, also what .gitignore and .ignore name, and node_modules")
	flags.BoolVar(&f.noTests, "no-tests", false, "no tests, as their names and marks say, and below folders no files of tests")
	flags.StringSliceVar(&f.kinds, "kinds", nil, "only definitions of these `KINDS`: "+strings.Join(settingEnum("kinds"), ", ")+" (default function,method,constructor)")
	flags.IntVar(&f.minLines, "min-lines", chunker.DefaultMinLines, "only functions of at least `N` lines")
	flags.StringVar(&f.changed, "changed", "", "only functions with lines that git says have changed since a commit, --changed=`REF`, or since where it was left, --changed=REF...")
	flags.Lookup("changed").NoOptDefVal = "HEAD"
	flags.StringVar(&f.stdinName, "stdin-filename", "", "the `NAME` of what comes on standard input, which tells its language")
	complete(c, "language", oneOf(languageIDs()...))
	complete(c, "kinds", oneOf(settingEnum("kinds")...))
	flags.IntVar(&f.chunkLines, "chunk-lines", 0, "cut files at blank lines into pieces of at most `N` lines instead of into functions; files of an unknown language are always cut so (default 40)")
}

// settingEnum returns what may stand in a setting.
func settingEnum(name string) []string {
	for _, f := range settings.Fields() {
		if f.Name == name {
			return f.Enum
		}
	}
	return nil
}

// paths are the arguments of a command, or what is meant where there are none.
func (f *inputFlags) paths(args []string) []string {
	switch {
	case len(args) > 0:
	case f.stdinName != "":
		return []string{"-"}
	case f.changed != "":
		return []string{"."}
	}
	return args
}

// configure reads the settings that hold for the paths, and has them stand in
// for the flags that are not given.
func (f *summarizeFlags) configure(c *cobra.Command, paths []string) error {
	project := "."
	if paths[0] != "-" {
		project = paths[0]
	}
	s, err := f.config.of(project, warnTo(c.ErrOrStderr()))
	if err != nil {
		return err
	}
	f.settings, f.set = s, c.Flags().Changed
	inherit(c, "no-doc", &f.noDoc, !s.PreferDocComment)
	inherit(c, "min-confidence", &f.sure, s.MinConfidence)
	inherit(c, "mode", &f.mode, s.Inference.Mode)
	f.modelFlags.inherit(c, s)
	return nil
}

// inherit lays a setting below a flag.
func inherit[T any](c *cobra.Command, flag string, value *T, setting T) {
	if !c.Flags().Changed(flag) {
		*value = setting
	}
}

// selection says which files, and which functions of them, are summarized.
type selection struct {
	walk       walkRules
	languages  []*chunker.Language // nil: all
	as         *chunker.Language   // what named files are in; nil: by name and content
	options    chunker.Options
	chunkLines int // 0: functions where the language is known
	changes    *changes
	stdinName  string
}

// selection lays the flags over the settings.
func (f *inputFlags) selection(warn func(error)) (*selection, error) {
	set := f.set
	if set == nil {
		set = func(string) bool { return false }
	}
	if f.chunkLines < 0 {
		return nil, usage("--chunk-lines is %d; it must be at least 1", f.chunkLines)
	}
	given := f.settings
	given.Exclude = slices.Concat(given.Exclude, f.exclude)
	if set("kinds") {
		given.Kinds = f.kinds
	}
	if set("min-lines") {
		given.MinLines = f.minLines
	}
	if set("language") {
		given.Languages = f.languages
	}
	for _, check := range []struct {
		flag, setting string
		value         any
	}{
		{"kinds", "kinds", given.Kinds},
		{"min-lines", "minLines", given.MinLines},
		{"exclude", "exclude", given.Exclude},
	} {
		if err := settings.Check(check.setting, check.value); err != nil && set(check.flag) {
			return nil, usage("--%s: %w", check.flag, err)
		}
	}
	globs, err := newGlobs(f.globs)
	if err != nil {
		return nil, usage("--glob: %w", err)
	}
	p := &selection{
		walk:       walkRules{globs: globs, exclude: settings.NewExclude(given.Exclude), noTests: f.noTests, hidden: f.hidden, noIgnore: f.noIgnore},
		options:    given.ChunkerOptions(newWorkers(1)),
		chunkLines: f.chunkLines,
		stdinName:  f.stdinName,
	}
	if len(given.Languages) > 0 {
		p.languages = []*chunker.Language{}
	}
	for _, name := range given.Languages {
		l, err := languageNamed(name)
		switch {
		case err == nil:
			p.languages = append(p.languages, l)
		case set("language"):
			return nil, usage("--language: %w", err)
		default:
			warn(fmt.Errorf("setting gloss.languages: %w", err))
		}
	}
	if set("language") && len(p.languages) == 1 {
		p.as = p.languages[0]
	}
	if f.changed != "" {
		p.changes = &changes{ref: f.changed, warn: warn, repos: map[string]*changedFiles{}}
	}
	return p, nil
}

// serves reports whether files in a language are summarized.
func (p *selection) serves(l *chunker.Language) bool {
	return p.languages == nil || slices.Contains(p.languages, l)
}
