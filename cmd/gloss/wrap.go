package main

import (
	"strings"

	"github.com/rivo/uniseg"
)

// wrap breaks text between words into lines of at most width columns. A word
// that no line can hold goes on in the next.
func wrap(text string, width int) []string {
	return wrapWords(text, width, true)
}

// wrapWhole is wrap for text with paths, which are copied and must not break.
func wrapWhole(text string, width int) []string {
	return wrapWords(text, width, false)
}

func wrapWords(text string, width int, breakWords bool) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		w := uniseg.StringWidth(word)
		if line != "" && used+1+w > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if line != "" {
			line, used = line+" ", used+1
		}
		for breakWords && used+w > width {
			head := prefix(word, width-used)
			lines = append(lines, line+head)
			line, used = "", 0
			word = word[len(head):]
			w = uniseg.StringWidth(word)
		}
		line, used = line+word, used+w
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// prefix is as much of text as width columns hold, at least one character.
func prefix(text string, width int) string {
	end, used, state := 0, 0, -1
	for rest := text; rest != ""; {
		var character string
		var w int
		character, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if end > 0 && used+w > width {
			break
		}
		end, used = end+len(character), used+w
	}
	return text[:end]
}

// cut shortens text that needs more than width columns.
func cut(text string, width int) string {
	if uniseg.StringWidth(text) <= width {
		return text
	}
	return prefix(text, max(width-1, 1)) + "…"
}

// cutHead shortens a path, of which the end says most.
func cutHead(path string, width int) string {
	left, state := uniseg.StringWidth(path), -1
	if left <= width {
		return path
	}
	rest := path
	for rest != "" && left+1 > width {
		var w int
		_, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		left -= w
	}
	return "…" + rest
}
