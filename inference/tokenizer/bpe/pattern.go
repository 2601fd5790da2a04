package bpe

import (
	"strings"
	"unicode/utf8"
)

// pattern returns the length of the first piece of a text that is not empty.
// Both patterns match at the start of every text, so the pieces of a text are
// its matches.
type pattern func(text string) int

// gpt2 is GPT-2's pattern (encoder.py), which ByteLevel has built in:
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
func gpt2(text string) int {
	if text[0] == '\'' {
		for _, c := range contractions {
			if strings.HasPrefix(text, c) {
				return len(c)
			}
		}
	}
	c, n := classAt(text, 0)
	if c != space {
		return run(text, n, c)
	}
	if text[0] == ' ' && len(text) > 1 {
		if c, n := classAt(text, 1); c != space {
			return run(text, 1+n, c)
		}
	}
	return beforeWord(text, run(text, n, space))
}

// llama3Regex and qwenRegex are how a tokenizer.json asks for llama3 and qwen.
const (
	llama3Regex = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	qwenRegex   = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// patternOf returns the pattern of a regular expression: by hand for those that
// most models have.
func patternOf(regex string) (pattern, error) {
	switch regex {
	case llama3Regex:
		return llama3, nil
	case qwenRegex:
		return qwen, nil
	}
	return compiled(regex)
}

// llama3 is the pattern of Llama 3, and before it of OpenAI's cl100k_base.
func llama3(text string) int { return cl100k(text, 3) }

// qwen is the pattern of Qwen 2 to 3: llama3's with each digit for itself.
func qwen(text string) int { return cl100k(text, 1) }

// cl100k takes so many digits at most for a piece.
func cl100k(text string, digits int) int {
	if text[0] == '\'' {
		if strings.HasPrefix(text, "'ſ") { // the long s is an s without its case
			return len("'ſ")
		}
		for _, c := range contractions {
			if len(text) >= len(c) && strings.EqualFold(text[:len(c)], c) {
				return len(c)
			}
		}
	}
	first, n := classAt(text, 0)
	switch first {
	case letter:
		return run(text, n, letter)
	case number:
		return run(text[:characters(text, digits)], n, number)
	}
	newline := text[0] == '\r' || text[0] == '\n'
	if n < len(text) && !newline {
		switch c, m := classAt(text, n); {
		case c == letter:
			return run(text, n+m, letter)
		case c == other && text[0] == ' ':
			return newlines(text, run(text, n+m, other))
		}
	}
	if first == other {
		return newlines(text, run(text, n, other))
	}
	end := run(text, n, space)
	if last := strings.LastIndexAny(text[:end], "\r\n"); last >= 0 {
		return last + 1
	}
	return beforeWord(text, end)
}

var contractions = [...]string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// characters returns the length of the first characters of text.
func characters(text string, count int) (n int) {
	for range count {
		_, m := utf8.DecodeRuneInString(text[n:])
		n += m
	}
	return n
}

// newlines returns the end of the line ends at text[i].
func newlines(text string, i int) int {
	return len(text) - len(strings.TrimLeft(text[i:], "\r\n"))
}

// beforeWord is \s+(?!\S)|\s+ on text that starts with white space up to end:
// of several characters the last one is left to the word that follows.
func beforeWord(text string, end int) int {
	if end < len(text) {
		if _, last := utf8.DecodeLastRuneInString(text[:end]); last < end {
			return end - last
		}
	}
	return end
}
