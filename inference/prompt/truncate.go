package prompt

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// ellipsis is the line, or the part of a line, that stands for what was
	// left out.
	ellipsis = "..."
	// windowBytes is how many bytes of code are looked at per token of the
	// budget, at each end. Code has three to four bytes a token, and hardly a
	// line is longer than eight times its tokens.
	windowBytes = 8
)

// window returns s as valid UTF-8, without its middle if it is longer than
// size bytes at each end. It bounds what all later steps cost.
func window(s string, size int) string {
	if len(s) <= 2*size {
		return strings.ToValidUTF8(s, "")
	}
	head, tail := s[:size], s[len(s)-size:]
	if i := strings.LastIndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	if i := strings.IndexByte(tail, '\n'); i >= 0 {
		tail = tail[i+1:]
	}
	return strings.ToValidUTF8(head+"\n"+ellipsis+"\n"+tail, "")
}

// truncate returns code and its tokens, at most limit of them. What is too
// long loses whole lines in the middle: the start, with the signature, keeps
// two thirds of the budget and the end one. Lines too long for that lose their
// own middle.
//
// The tokens of a text are not the sum of the tokens of its lines, so each cut
// is encoded again, with a smaller budget until it fits. The budget shrinks by
// a sixteenth at least, which bounds the number of attempts.
func truncate(code string, limit int, encode func(string) []int64) (string, []int64) {
	if len(code) <= limit*windowBytes {
		if ids := encode(code); len(ids) <= limit {
			return code, ids
		}
	}
	for budget := limit - 1; budget > 0; {
		cut := cutLines(code, budget, encode)
		ids := encode(cut)
		if len(ids) <= limit {
			return cut, ids
		}
		budget = min(budget-1-budget/16, budget*limit/len(ids))
	}
	return "", nil
}

// cutLines returns the first and the last lines of code that have about budget
// tokens together, with an ellipsis between them.
func cutLines(code string, budget int, encode func(string) []int64) string {
	cost := func(line string) int { return max(1, len(encode(line+"\n"))) }
	lines := strings.Split(code, "\n")

	var head []string
	left := budget - budget/3
	for len(lines) > 0 {
		line := clip(lines[0], 2*budget)
		c := cost(line)
		if c > left && len(head) > 0 {
			break
		}
		left -= c
		head = append(head, line)
		lines = lines[1:]
	}
	var tail []string
	left = max(left, 0) + budget/3
	for len(lines) > 0 {
		line := clip(lines[len(lines)-1], budget)
		c := cost(line)
		if c > left {
			break
		}
		left -= c
		tail = append(tail, line)
		lines = lines[:len(lines)-1]
	}
	if len(lines) > 0 {
		tail = append(tail, ellipsis)
	}
	slices.Reverse(tail)
	return strings.Join(append(head, tail...), "\n")
}

// clip returns line without its middle if it is longer than size bytes.
func clip(line string, size int) string {
	if len(line) <= size {
		return line
	}
	head, tail := size-size/3, len(line)-size/3
	for head > 0 && !utf8.RuneStart(line[head]) {
		head--
	}
	for tail < len(line) && !utf8.RuneStart(line[tail]) {
		tail++
	}
	return line[:head] + " " + ellipsis + " " + line[tail:]
}
