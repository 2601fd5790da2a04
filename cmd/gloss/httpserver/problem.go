package httpserver

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/gloss-lsp/gloss/cmd/gloss/record"
)

// problem is why a request is refused (RFC 9457). Its type is about:blank, which
// is left out: the status says what kind it is.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func refuse(w http.ResponseWriter, status int, format string, args ...any) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = write(w, problem{http.StatusText(status), status, fmt.Sprintf(format, args...)}) // who has gone need not know
}

// write writes v as one line, in which nothing is markup to who takes it for a
// page, and nothing steers a terminal.
func write(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(record.Escape(b), '\n'))
	return err
}

// refusal is an error that refuses a request as a whole.
type refusal struct {
	status int
	detail string
}

func (r *refusal) Error() string { return r.detail }

func refused(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}
