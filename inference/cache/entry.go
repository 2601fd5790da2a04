package cache

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Key identifies an entry: a SHA-256 over everything that decides its text.
type Key = [32]byte

// Entry is one remembered summary.
type Entry struct {
	// Text is one line of plain text.
	Text string
	// Model is the name of the model that wrote Text, or "".
	Model string
	// Source says where Text comes from, in the words of the caller.
	Source string
	// Confidence, between 0 and 1, says how good Text is likely to be.
	Confidence float64
	// Created is when Text was written, to the second.
	Created time.Time
}

// Limits on what is stored, in bytes. A file on disk can hold anything, so
// they are checked when an entry is read as well as when it is written.
const (
	maxText = 1000
	maxName = 200
)

// ErrInvalid means that an entry is not one line of plain text.
var ErrInvalid = errors.New("not one line of plain text")

// Check returns an error that wraps ErrInvalid unless e is fit to be kept and shown.
func (e Entry) Check() error {
	switch {
	case strings.TrimSpace(e.Text) == "":
		return fmt.Errorf("%w: the text is empty", ErrInvalid)
	case !oneLine(e.Text, maxText):
		return fmt.Errorf("%w: the text is %d bytes long (at most %d), is not UTF-8 or holds control characters", ErrInvalid, len(e.Text), maxText)
	case !(e.Confidence >= 0 && e.Confidence <= 1):
		return fmt.Errorf("%w: the confidence is %v and must lie between 0 and 1", ErrInvalid, e.Confidence)
	case !oneLine(e.Model, maxName), !oneLine(e.Source, maxName):
		return fmt.Errorf("%w: the model's or the source's name is longer than %d bytes, is not UTF-8 or holds control characters", ErrInvalid, maxName)
	}
	return nil
}

// oneLine reports whether s can be shown on one line as it is written: no
// control characters, no line separators, nothing that reorders text.
func oneLine(s string, limit int) bool {
	return len(s) <= limit && utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	}) < 0
}
