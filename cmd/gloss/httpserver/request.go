package httpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/chunker"
)

// request is what is asked: functions, or the text of a file.
type request struct {
	Functions []function `json:"functions"`

	// Path names the file, by which its language is told where Language does not.
	Path     string `json:"path"`
	Language string `json:"language"`
	Text     string `json:"text"`
}

// function is one whose code the client has cut.
type function struct {
	Language  string `json:"language"`
	Name      string `json:"name"`
	Code      string `json:"code"`
	File      string `json:"file"`
	Container string `json:"container"`
}

const (
	maxPath = 4096
	maxName = 1024
)

// read reads a request, and refuses what is none.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (*request, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, refused(http.StatusUnsupportedMediaType, "a request is application/json in UTF-8; set Content-Type")
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, refused(http.StatusUnsupportedMediaType, "a request is sent without compression")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.options.Limits.Body))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refused(http.StatusRequestEntityTooLarge, "a request has at most %d bytes", tooLarge.Limit)
	case err != nil:
		return nil, refused(http.StatusBadRequest, "the request did not come in whole")
	}
	return decode(body, s.options.Limits.Functions)
}

// decode reads the body of a request. It takes anything for an answer.
func decode(body []byte, maxFunctions int) (*request, error) {
	if !utf8.Valid(body) {
		return nil, refused(http.StatusBadRequest, "the request is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var q request
	err := d.Decode(&q)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		return nil, refused(http.StatusBadRequest, "the request is not the JSON that is expected: %v", err)
	}
	if err := q.check(maxFunctions); err != nil {
		return nil, err
	}
	return &q, nil
}

func (q *request) check(maxFunctions int) error {
	invalid := func(format string, args ...any) error {
		return refused(http.StatusUnprocessableEntity, format, args...)
	}
	if len(q.Functions) > 0 {
		if q.Path != "" || q.Language != "" || q.Text != "" {
			return invalid("functions and a file's text exclude each other")
		}
		if len(q.Functions) > maxFunctions {
			return refused(http.StatusRequestEntityTooLarge, "%d functions are more than the %d of one request", len(q.Functions), maxFunctions)
		}
		for i, f := range q.Functions {
			if err := f.check(); err != nil {
				return invalid("functions[%d]: %v", i, err)
			}
		}
		return nil
	}
	switch {
	case q.Text == "":
		return invalid("neither functions nor a text is there")
	case len(q.Text) > chunker.DefaultMaxBytes:
		return refused(http.StatusRequestEntityTooLarge, "text has %d bytes; at most %d are cut", len(q.Text), chunker.DefaultMaxBytes)
	case q.Language != "" && chunker.LanguageNamed(q.Language) == nil:
		return invalid("language %q is not known", q.Language)
	case q.Language == "" && q.Path == "":
		return invalid("a text needs its path or its language")
	}
	if err := checkLine("path", q.Path, maxPath); err != nil {
		return invalid("%v", err)
	}
	return nil
}

func (f *function) check() error {
	switch {
	case chunker.LanguageNamed(f.Language) == nil:
		return fmt.Errorf("language %q is not known", f.Language)
	case f.Name == "":
		return errors.New("name is missing")
	case f.Code == "":
		return errors.New("code is missing")
	case len(f.Code) > chunker.DefaultMaxBytes:
		return fmt.Errorf("code has %d bytes; at most %d are read", len(f.Code), chunker.DefaultMaxBytes)
	case strings.IndexByte(f.Code, 0) >= 0:
		return errors.New("code is binary")
	}
	return errors.Join(checkLine("name", f.Name, maxName), checkLine("container", f.Container, maxName), checkLine("file", f.File, maxPath))
}

// checkLine refuses what cannot be one line of a name.
func checkLine(field, s string, bound int) error {
	switch {
	case len(s) > bound:
		return fmt.Errorf("%s has %d bytes; at most %d are read", field, len(s), bound)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) }):
		return fmt.Errorf("%s holds a control character", field)
	}
	return nil
}
