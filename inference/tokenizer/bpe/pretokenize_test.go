package bpe

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// reference returns the pieces of text by one of the regular expressions.
// Two things are missing in regexp: \s is ASCII there, so it is spelled out as
// the property White_Space, and the lookahead is done by hand.
func reference(regex string) func(text string) []string {
	regex = strings.TrimSuffix(regex, `|\s+(?!\S)|\s+`) + `|(\s+)`
	regex = strings.ReplaceAll(regex, `[^\s`, `[^\t-\r\x{85}\p{Z}`)
	re := regexp.MustCompile(`^(?:` + strings.ReplaceAll(regex, `\s`, `[\t-\r\x{85}\p{Z}]`) + `)`)
	return func(text string) (pieces []string) {
		for text != "" {
			m := re.FindStringSubmatchIndex(text)
			end := m[1]
			if m[2] >= 0 && end < len(text) { // \s+(?!\S) gives one character back, if it can
				if _, last := utf8.DecodeLastRuneInString(text[:end]); last < end {
					end -= last
				}
			}
			pieces, text = append(pieces, text[:end]), text[end:]
		}
		return pieces
	}
}

const gpt2Regex = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

func FuzzPattern(f *testing.F) {
	for _, s := range []string{
		"", "don't they're I'll 'S x's' 'LL'ſ", "a  b   c\n\n\n  d  ", " \n x", "\u00a0!=\u2003\u3000 x", "x12½٣Ⅷ 12345y", "'", "  '",
		"\u0085\u180e\u200b\ufeff", "e\u0301 \u0301", "\r\n\r\n\tif", "(x) //\r\n\n y\n", " \r \n z", "\nx \tx",
	} {
		f.Add(s)
	}
	type compared struct {
		pattern   pattern
		reference func(string) []string
	}
	patterns := []compared{{gpt2, reference(gpt2Regex)}}
	for _, regex := range []string{llama3Regex, qwenRegex} {
		byHand, err := patternOf(regex)
		if err != nil {
			f.Fatal(err)
		}
		general, err := compiled(regex)
		if err != nil {
			f.Fatal(err)
		}
		patterns = append(patterns, compared{byHand, reference(regex)}, compared{general, reference(regex)})
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = lossy(s)
		for i, p := range patterns {
			got := slices.Collect(splitting{pattern: p.pattern}.pieces(s))
			if want := p.reference(s); !slices.Equal(got, want) {
				t.Errorf("pattern %d: pieces of %q:\n got %q\nwant %q", i, s, got, want)
			}
		}
	})
}

func TestSplitting(t *testing.T) {
	tests := []struct {
		name string
		s    splitting
		text string
		want []string
	}{
		{"digits one by one", splitting{digits: digitsEach, pattern: gpt2}, "x = 12 y½", []string{"x", " =", " ", "1", "2", " y", "½"}},
		{"numbers apart", splitting{digits: digitsApart, pattern: gpt2}, "x 12٣ y", []string{"x", " ", "12٣", " y"}},
		{"numbers with their space", splitting{pattern: gpt2}, "x 12 y", []string{"x", " 12", " y"}},
		{"a space is put before the text", splitting{prefixSpace: true, pattern: gpt2}, "a b", []string{" a", " b"}},
		{"unless there is one", splitting{prefixSpace: true, pattern: gpt2}, " a", []string{" a"}},
		{"a space before each part", splitting{digits: digitsEach, prefixSpace: true, pattern: gpt2}, "a1", []string{" a", " 1"}},
		{"white space before a number is whole", splitting{digits: digitsEach, pattern: gpt2}, "  1", []string{"  ", "1"}},
		{"no pattern", splitting{}, "a  b 1", []string{"a  b 1"}},
		{"nothing", splitting{prefixSpace: true, pattern: gpt2}, "", nil},
	}
	for _, tt := range tests {
		if got := slices.Collect(tt.s.pieces(tt.text)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q = %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}
