package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// addLook adds the flags of how all commands look.
func addLook(root *cobra.Command) {
	colour := colourMode("auto")
	root.PersistentFlags().Var(&colour, "color", "`WHEN` to write in colours: auto, always or never; auto heeds NO_COLOR, CLICOLOR_FORCE and TERM=dumb")
	complete(root, "color", oneOf(colourModes()...))
	root.PersistentFlags().BoolP("quiet", "q", false, "print the results and what went wrong, no progress and no totals")
}

// isQuiet reports whether c was given --quiet.
func isQuiet(c *cobra.Command) bool { return c.Flag("quiet").Value.String() == "true" }

// colourMode is the value of --color.
type colourMode string

func colourModes() []string { return []string{"auto", "always", "never"} }

func (m *colourMode) String() string { return string(*m) }
func (m *colourMode) Type() string   { return "string" }

func (m *colourMode) Set(s string) error {
	for _, known := range colourModes() {
		if s == known {
			*m = colourMode(s)
			return nil
		}
	}
	return fmt.Errorf("it must be one of %s", strings.Join(colourModes(), ", "))
}

// coloured decides whether w gets colours. The environment's switches are
// those of no-color.org and bixense.com/clicolors.
func (m colourMode) coloured(w io.Writer) bool {
	force := os.Getenv("CLICOLOR_FORCE")
	switch {
	case m == "always" || m == "never":
		return m == "always"
	case os.Getenv("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	}
	return isTerminal(w) && !isDumb() && os.Getenv("CLICOLOR") != "0"
}

// isDumb reports whether the terminal knows no escape sequences.
func isDumb() bool { return os.Getenv("TERM") == "dumb" }

// screen is what text is laid out for.
type screen struct {
	w        io.Writer
	terminal bool
	colour   bool
}

func newScreen(c *cobra.Command) screen {
	w := c.OutOrStdout()
	return screen{w, isTerminal(w), colourMode(c.Flag("color").Value.String()).coloured(w)}
}

// minWidth is the narrowest that anything is laid out for.
const minWidth = 20

// width is the number of columns. A terminal is asked each time, as its user
// may change it at any moment.
func (s screen) width() int { return columns(s.w) }

func columns(w io.Writer) int {
	const usual = 80
	if f, ok := w.(interface{ Fd() uintptr }); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return max(n, minWidth)
		}
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return max(n, minWidth)
	}
	return usual
}

// A style is the number of an ANSI escape sequence.
type style string

const (
	bold    style = "1"
	dim     style = "2"
	red     style = "31"
	green   style = "32"
	magenta style = "35"
	cyan    style = "36"
)

// paint writes text, which must be printable, in a style where there are
// colours.
func (s screen) paint(how style, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + string(how) + "m" + text + "\x1b[0m"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// printable keeps names, and messages that quote them, from steering the
// terminal: control characters, and those that turn the direction of text.
// Lines and tabs of messages stay, and so do the joiners, of which some
// scripts and many pictures are made.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		const nonJoiner, joiner = '\u200c', '\u200d'
		if r != '\n' && r != '\t' && r != nonJoiner && r != joiner && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return '?'
		}
		return r
	}, s)
}

// printableLine is printable for what is one line.
func printableLine(s string) string {
	return strings.NewReplacer("\n", "?", "\t", "?").Replace(printable(s))
}
