package prompt

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviations end in a period that does not end a sentence.
var abbreviations = []string{
	"approx", "cf", "dr", "e.g", "eg", "eq", "esp", "fig", "i.e", "ie", "incl",
	"max", "min", "mr", "mrs", "ms", "no", "resp", "st", "viz", "vs", "w.r.t",
}

// sentenceEnd returns the index after the first sentence of s, or -1 if no
// other follows it. A period inside a word (os.File, 3.5) ends nothing, nor
// does one after an abbreviation. After "!", "?", "..." and "etc." a sentence
// has ended only where the next word is capitalized, for these also end
// identifiers (empty?) and stand inside a sentence.
func sentenceEnd(s string) int {
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		switch r {
		case '。', '！', '？':
			if end < len(s) {
				return end
			}
			continue
		case '.', '!', '?', '…':
		default:
			continue
		}
		end += len(s[end:]) - len(strings.TrimLeft(s[end:], `)"'’”»]`))
		next := strings.TrimLeft(s[end:], " ")
		if next == "" || next == s[end:] {
			continue
		}
		before := s[:i]
		word := strings.ToLower(strings.TrimLeft(before[strings.LastIndexByte(before, ' ')+1:], `("'[`))
		first, _ := utf8.DecodeRuneInString(strings.TrimLeft(next, `("'[“«`))
		switch {
		case word == "", r == '.' && slices.Contains(abbreviations, word):
		case r != '.' || word == "etc" || strings.HasSuffix(word, "."):
			if unicode.IsUpper(first) {
				return end
			}
		default:
			return end
		}
	}
	return -1
}

// dangling words leave a sentence that ends in them unfinished.
var dangling = []string{"a", "an", "and", "into", "its", "of", "or", "the", "their"}

// trimDangling removes unfinished words from the end of s. It leaves those
// that repeat themselves for broken to see.
func trimDangling(s string) string {
	for {
		i := strings.LastIndexByte(s, ' ')
		last, rest := s[i+1:], strings.TrimRight(s[:max(i, 0)], " ,;:")
		if !slices.Contains(dangling, last) || strings.HasSuffix(rest, last) {
			return s
		}
		s = rest
	}
}

// punctuate ends s with one period, or with an ellipsis if it is too long or
// ended in one.
func punctuate(s string, f Function) string {
	if !strings.ContainsFunc(s, isWordRune) {
		return ""
	}
	if strings.HasSuffix(s, "。") && utf8.RuneCountInString(s) <= maxSummary {
		return s
	}
	open := strings.HasSuffix(s, "...") || strings.HasSuffix(s, "…")
	s = trimEnd(s, f)
	if utf8.RuneCountInString(s) >= maxSummary {
		s, open = trimEnd(shorten(s, maxSummary-1), f), true
	}
	switch {
	case s == "":
		return ""
	case open:
		return s + "…"
	}
	return s + "."
}

// trimEnd removes the punctuation at the end of s, but not that of an
// identifier in the code (empty?, save!), and words that lead nowhere.
func trimEnd(s string, f Function) string {
	if s = strings.TrimRight(s, " .…"); strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		if word := s[strings.LastIndexByte(s, ' ')+1:]; len(word) > 1 && strings.Contains(f.Code, word) {
			return s
		}
	}
	return trimDangling(strings.TrimRight(s, " .…,;:!?-–—。！？"))
}

// shorten cuts s to at most limit characters, after a word and outside of
// brackets if that leaves at least half of it.
func shorten(s string, limit int) string {
	rs := []rune(s)
	cut := limit
	for cut > limit/2 && unicode.IsMark(rs[cut]) {
		cut--
	}
	for i := limit; i > limit/2; i-- {
		if rs[i] == ' ' {
			cut = i
			break
		}
	}
	rs = rs[:cut]
	for i := len(rs) - 1; i > limit/2; i-- {
		if strings.ContainsRune(")]}", rs[i]) {
			break
		}
		if strings.ContainsRune("([{", rs[i]) {
			return string(rs[:i])
		}
	}
	return string(rs)
}
