package eval

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// maxLine bounds one line of data in bytes.
const maxLine = 16 << 20

// LineError is a line of data that cannot be used.
type LineError struct {
	Line int // counted from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *LineError) Unwrap() error { return e.Err }

// Read reads one Function from each line of JSON. Blank lines and fields that
// are not known are passed over. A bad line is returned among bad, and the
// lines after it are still read; err is an error of reading itself.
func Read(r io.Reader) (functions []Function, bad []*LineError, err error) {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 64<<10), maxLine)
	line := 0
	for in.Scan() {
		line++
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		f := Function{Line: line}
		if err := json.Unmarshal(in.Bytes(), &f); err != nil {
			bad = append(bad, &LineError{line, fmt.Errorf("not a JSON object of a function: %w", err)})
			continue
		}
		if missing := f.missing(); missing != "" {
			bad = append(bad, &LineError{line, fmt.Errorf("%q is missing or empty; a line needs language, code and reference", missing)})
			continue
		}
		if err := f.checkGrades(); err != nil {
			bad = append(bad, &LineError{line, err})
			continue
		}
		functions = append(functions, f)
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return functions, bad, &LineError{line + 1, fmt.Errorf("longer than %d MiB", maxLine>>20)}
	case err != nil:
		return functions, bad, &LineError{line + 1, err}
	}
	return functions, bad, nil
}

func (f *Function) missing() string {
	for _, field := range []struct{ name, value string }{
		{"language", f.Language}, {"code", f.Code}, {"reference", f.Reference},
	} {
		if strings.TrimSpace(field.value) == "" {
			return field.name
		}
	}
	return ""
}

func (f *Function) checkGrades() error {
	for text, g := range f.Grades {
		if g < Wrong || g > More {
			return fmt.Errorf("the grade of %.80q is %d; it must be 0 (wrong), 1 (right) or 2 (right, and more than the name says)", text, g)
		}
	}
	return nil
}

// Limit leaves at most n functions of each language, picked at random, always
// the same ones. They stay in their order.
func Limit(functions []Function, n int) []Function {
	var kept []int
	for _, indices := range byLanguage(functions) {
		for _, i := range Pick(len(indices), n) {
			kept = append(kept, indices[i])
		}
	}
	slices.Sort(kept)
	limited := make([]Function, len(kept))
	for i, at := range kept {
		limited[i] = functions[at]
	}
	return limited
}

func describe(functions []Function) Data {
	d := Data{Functions: len(functions), Languages: map[string]int{}}
	repositories := map[string]bool{}
	h := sha256.New()
	for _, f := range functions {
		d.Languages[f.Language]++
		if f.Repo != "" {
			repositories[f.Repo] = true
		}
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%s\x00%s\x00", f.Language, f.Path, f.Container, f.Name, f.Code, f.Reference)
	}
	d.Repositories = sortedKeys(repositories)
	d.SHA256 = hex.EncodeToString(h.Sum(nil))
	return d
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
