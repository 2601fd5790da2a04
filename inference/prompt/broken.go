package prompt

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

var (
	refusal  = lazyregexp.New(`(?i)^(?:i['’]m sorry|i am sorry|sorry,|i cannot |i can['’]t |i['’]m unable|i am unable|as an ai )`)
	chatter  = lazyregexp.New(`(?i)^(?:i(?:['’]d be|['’]m| am| would be) (?:happy|glad) to |(?:can|could|would|do) you |(?:what|how|why) (?:does|do|is|are|can|should) )`)
	codeHead = lazyregexp.New(`(?i)^(?:func|def|fn|function|public|private|static|#include)\s[^ ]*[({<:;]`)
)

// broken returns why the cleaned text s is no summary of f, or "".
func broken(s string, f Function) string {
	switch {
	case strings.ContainsRune(s, unicode.ReplacementChar):
		return "it holds bytes that are not text"
	case !strings.ContainsFunc(s, unicode.IsLetter), slices.Contains(dangling, squash(s)):
		return "it has no words"
	case refusal.MatchString(s):
		return "the model declined to answer"
	case chatter.MatchString(s):
		return "the model talks and does not answer"
	case squash(s) == squash(f.Name):
		return "it is only the name"
	case codeHead.MatchString(s), isCode(s, f):
		return "it is the code itself"
	}
	if w := stutter(s, f); w != "" {
		return fmt.Sprintf("it stutters in %q", w)
	}
	ws := loopWords(s)
	if l, ok := findLoop(ws); ok {
		return fmt.Sprintf("it repeats %q", strings.Join(ws[l.start:l.start+l.period], " "))
	}
	return ""
}

// isCode reports whether s is a piece of the code. Text from a comment is not:
// it begins with a verb.
func isCode(s string, f Function) bool {
	const shortest, longest = 12, 1 << 14
	first, _, _ := strings.Cut(s, " ")
	piece := squash(s)
	return strings.ContainsAny(s, "(){}[];=<>") && !english.IsThirdPerson(first) && len(piece) >= shortest &&
		strings.Contains(squash(window(f.Code, longest)), piece)
}

// squash leaves the letters and digits of s, in lower case.
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if isWordRune(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// loop is a place where a text begins to run in circles of period words.
type loop struct{ start, period int }

// maxPeriod is the longest circle that is looked for, in words or, inside a
// word, in bytes.
const maxPeriod = 8

// isLoop reports whether a run of again words, each equal to the one a period
// before it, makes a loop; atEnd says that the text ends in it. Language repeats
// itself too ("the log of the log of x"), so a circle has to be gone round often
// enough, the oftener the shorter it is, or to be complete at the end.
func isLoop(period, again int, atEnd bool) bool {
	switch {
	case period == 1:
		return again >= 2
	case atEnd && again >= period:
		return true
	case period == 2:
		return again >= 3
	case period == 3:
		return again >= 5
	}
	return again >= period
}

// findLoop finds the first loop in words. A phrase of three words that comes
// back twice is one as well, wherever it stands.
func findLoop(words []string) (loop, bool) {
	for start := range words {
		for period := 1; period <= maxPeriod && start+period < len(words); period++ {
			again := 0
			for start+period+again < len(words) && words[start+again] == words[start+period+again] {
				again++
			}
			if isLoop(period, again, start+period+again == len(words)) {
				return loop{start, period}, true
			}
		}
	}
	count := map[[3]string]int{}
	for i := range len(words) - 2 {
		w := [3]string(words[i : i+3])
		if count[w]++; count[w] == 3 {
			return loop{i, 3}, true
		}
	}
	return loop{}, false
}

// loopWords returns the words of s as findLoop compares them. Those without
// letters differ from each other: "0, 0, 0" is no loop.
func loopWords(s string) []string {
	ws := strings.Fields(s)
	for i, w := range ws {
		if strings.ContainsFunc(w, unicode.IsLetter) {
			ws[i] = strings.ToLower(strings.TrimFunc(w, unicode.IsPunct))
		} else {
			ws[i] = fmt.Sprintf("%s %d", w, i)
		}
	}
	return ws
}

// cutLoop ends s after the first round of a loop, if what stands before the
// loop is enough to begin a sentence with. If not, s stays as it is and is
// found broken, as it is if a single word repeats: the model then did not find
// the next one, and what stands before is no sentence.
func cutLoop(s string) string {
	const beginning = 3
	l, ok := findLoop(loopWords(s))
	if !ok || l.start < beginning || l.period == 1 {
		return s
	}
	return strings.TrimRight(trimDangling(strings.Join(strings.Fields(s)[:l.start+l.period], " ")), " ,;:")
}

// stutter returns a word of s that repeats a part of itself again and again
// (PY_PY_PY_PY) and is not in the code, or "".
func stutter(s string, f Function) string {
	for w := range strings.FieldsSeq(s) {
		w = strings.TrimFunc(w, unicode.IsPunct)
		for period := 1; period <= maxPeriod; period++ {
			again := 0
			for i := period; i < len(w); i++ {
				if w[i] != w[i-period] {
					again = 0
					continue
				}
				if again++; again+period >= max(8, 4*period) && !strings.Contains(f.Code, w) {
					return w
				}
			}
		}
	}
	return ""
}
