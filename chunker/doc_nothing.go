package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// isLicense reports whether a comment is about whose the file is.
func isLicense(comment string) bool {
	comment = strings.ToLower(comment)
	for _, words := range []string{"spdx-license", "licensed under", "licenced under", "all rights reserved", "@license"} {
		if strings.Contains(comment, words) {
			return true
		}
	}
	return strings.Contains(comment, "copyright") && copyrighted.MatchString(comment)
}

var (
	// copyrighted matches a claim, and no word about claims.
	copyrighted = lazyregexp.New(`(?m)^\W*(?:portions |@|\\)?copyright\b|\bcopyright\s*(?:\(c\)|©|\d{4})`)
	// note matches what is left for later rather than said. The words are
	// spelled so that a search for open tasks does not find this line.
	note = lazyregexp.New(`^(?i:to-?do|fix-?me|x{3}|hack|hmm)\b|(?i)^\{?@?inherit-?doc\b`)
	// reference matches what only points to somewhere else.
	reference = lazyregexp.New(`^(?i:issue|bug|gh|pr|ticket|see|rfc|fixes)?[\s#:-]*[\d.,]+\W*$|^(?i:deprecated)\W*$|^[\w.-]+/[\w.-]+#\d+$`)
	// linkAlone matches what is nothing but a link.
	linkAlone = lazyregexp.New(`(?i:^\W*(?:(?:see|also|refs?|references?|source|from|via|links?|docs?|spec|documentation|adapted|taken|copied|based|on|in|at|and|or)\b\W*)*<?(?:https?://|www\.)\S+\W*$)`)
	// leadsToLink matches a line that starts with saying that a link follows.
	leadsToLink = lazyregexp.New(`(?i)^\W*(?:see|refs?|references?|source|from|links?|docs?|spec)\b`)
	// pointer matches what is nothing but a link, a tag, or a name in code.
	pointer = lazyregexp.New(linkAlone.String() + `|^\W*https?://\S*$|^\(?(?i:see|cf)\.?:?(?: also)?:? [^ ]*[\w)]\)?\W*$|^\(see(?: also)? [^)]*\)\W*$|^\{ ?@[^{}]*\}\W*$|^\{[A-Z#][\w:.#?!]*\}\W*$|^@[a-z]+$|` + nameAlone.String())
	// nameAlone matches a name in code, with what it takes.
	nameAlone = lazyregexp.New(`^(?:[a-z]\w*|[A-Z]+|\w*[a-z][A-Z]\w*)$|^(?:\w+(?:\.|::|->|#|_))+\w+(?:\(\))?\.?$|^\w+\(\)\.?$`)
	// usageAlone matches a line that only says how to call something.
	usageAlone = lazyregexp.New(`^(?:\w+(?:\.|::|->|#|_|-))+\w+(?:\(.*\))?(?:\s+(?:[\[<][^\[\]<>]*[\]>]|\.\.\.))*$|^\w+\([^()]*\)(?:\s*[-=]>\s*[\w.\[\] |]+)?$`)
	// leftover matches the marks of a list or of a heading before it.
	leftover = lazyregexp.New(`^(?:[-–—:;,.)\]}|>]+|\d{1,2}[.)])\s+`)
	// half matches a piece of a sentence: one that goes on from something before.
	half = lazyregexp.New(`^(?:and|or|but|except|of|on|in|at|by|with|from|into|that|which|than|because)\s`)
	// directive matches a comment, less its marker, that speaks to a tool.
	directive = lazyregexp.New(`^\s*(?:!|nolint\b|\+build\b|eslint-|eslint [\w/-]+:|tslint[: ]|jshint |jslint |jscs:|@ts-|@flow\b|prettier-|biome-|istanbul |c8 |v8 ignore|webpack[A-Z]\w*:|` +
		`noqa\b|type:|pylint:|mypy:|ruff:|flake8:|pyright:|pragma[: ]|fmt: ?o|yapf:|isort:|nosec\b|-\*-|vim?:|coding[:=]|encoding:|` +
		`rubocop:|frozen_string_literal:|typed: |shellcheck |luacheck:|stylua:|selene:|` +
		`NOLINT|clang-format |clang-tidy|cppcheck-|IWYU|LCOV_|GCOVR?_|coverity\[|` +
		`phpcs:|@?phpstan-|@?psalm-|@codeCoverage|noinspection |ktlint-|checkstyle[: ]|CHECKSTYLE|scalastyle:|scalafmt:|` +
		`#(?:end)?region\b|<editor-fold|</editor-fold|credo:|sobelow|hlint|cspell:|spell-?checker:|swiftlint:|@formatter:|zig fmt:)`)
	// announcement matches a word that only announces what follows.
	announcement = lazyregexp.New(`^\w+:$`)
	// closeDirective matches one that stands right after its marker.
	closeDirective = lazyregexp.New(`^(?:[a-z][a-z0-9]*:\S|export \w+$|line \S+:\d|(?:end)?region\b)`)
	// code matches a line that a person would not write as prose.
	code = lazyregexp.New(`[;{]$|^[})\];,]+$|^(?:if|for|while|switch)\s*\(|^(?:return|import|from|def|func|function|const|let|var|local|end|else)\b[^.]*[\])(=]|^[\w.\[\]"']+\s*(?::=|[-+*/]?=)\s*\S|^[\w.]+\(.*\)$`)
)

// isDirective reports whether a comment of one line speaks to a tool.
func isDirective(comment string) bool {
	return !strings.Contains(comment, "\n") && (closeDirective.MatchString(strings.TrimLeft(comment, "/#-")) || directive.MatchString(strings.TrimLeft(comment, "/*#-! \t")))
}

// looksLikeCode reports whether most lines of the first paragraph of line
// comments are code that was commented out.
func looksLikeCode(lines []string) bool {
	lookalikes, total := 0, 0
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" && total > 0 {
			break
		}
		if line != "" {
			total++
			if code.MatchString(line) {
				lookalikes++
			}
		}
	}
	return 2*lookalikes > total
}
