package chunker

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// InCell returns the language as the cells of a notebook are written in it:
// Python's have commands of IPython among the code.
func (l *Language) InCell() *Language {
	if l.ID == "python" {
		return byID["ipython"]
	}
	return l
}

func init() {
	// It is no row of languages: no file is in it, and a cell in an editor is of
	// language python.
	ipython := *byID["python"]
	ipython.ID = "ipython"
	ipython.code = func(text string) (*Language, string) { return byID["python"], maskCommands(text) }
	byID[ipython.ID] = &ipython
}

var (
	// ipythonCommand matches IPython's commands, which begin a line or what a line
	// assigns: a %magic, a !shell command, which a backslash continues, and the
	// question mark that asks for help.
	ipythonCommand = lazyregexp.New(`(?m)^[ \t]*(?:[\w.,\[\] \t]+=[ \t]*)?((?:!|%{1,2}[A-Za-z_])(?:[^\\\n]|\\\r?\n|\\[^\n]|\\\z)*)|^[ \t]*(\?.*|[%\w.*]+\?{1,2}[ \t\r]*)$`)
	// cellMagic matches what the first line of a cell says of all others.
	cellMagic = lazyregexp.New(`^\s*%%(\w+)`)
)

// pythonMagics leave a cell Python.
var pythonMagics = []string{"capture", "prun", "pypy", "python", "python3", "time", "timeit"}

// maskCommands hides IPython's commands from Python's grammar. A number stands
// for each, which is a statement and an expression.
func maskCommands(text string) string {
	if m := cellMagic.FindStringSubmatch(text); m != nil && !slices.Contains(pythonMagics, m[1]) {
		return string(blank(text))
	}
	var masked []byte
	for _, at := range ipythonCommand.FindAllStringSubmatchIndex(text, -1) {
		from, to := max(at[2], at[4]), max(at[3], at[5])
		if strings.HasPrefix(text[from:], "!=") { // of a condition that goes on
			continue
		}
		if masked == nil {
			masked = []byte(text)
		}
		copy(masked[from:to], blank(text[from:to]))
		masked[from] = '0'
	}
	if masked == nil {
		return text
	}
	return string(masked)
}
