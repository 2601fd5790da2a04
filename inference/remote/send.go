package remote

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// maxAnswer bounds what is read of an answer, and maxRefusal of an error.
	maxAnswer  = 1 << 20
	maxRefusal = 64 << 10
	// A server that is busy is left alone for pauseUsual, or for as long as it
	// says, from pauseMin to pauseMax.
	pauseUsual = time.Second
	pauseMin   = 100 * time.Millisecond
	pauseMax   = time.Minute
)

// send asks e, and reads its answer until stop says that it is enough.
func (g *Generator) send(ctx context.Context, e *endpoint, d dialect, q request, stop func(string) bool) (*answer, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx) // ends the request at the server too
	defer cancel()
	response, err := g.do(ctx, e, http.MethodPost, d.path(), body)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return readAnswer(response.Body, kind, stop)
}

// models asks e which models it has.
func (g *Generator) models(ctx context.Context, e *endpoint) ([]string, error) {
	response, err := g.do(ctx, e, http.MethodGet, "models", nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, nil // it answers, and tells no names
	}
	var names []string
	for _, m := range list.Data {
		names = append(names, m.ID)
	}
	return names, nil
}

// do makes a request. What is no success is a fault.
func (g *Generator) do(ctx context.Context, e *endpoint, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, e.url.JoinPath(path).String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/event-stream, application/json")
	request.Header.Set("User-Agent", g.options.UserAgent)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if g.key != "" {
		request.Header.Set("Authorization", "Bearer "+g.key)
	}
	response, err := g.client.Do(request)
	if err != nil {
		return nil, unreached(err)
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	defer response.Body.Close()
	return nil, refusal(response)
}

// unreached makes a fault of an error of the connection, without the address,
// which stands before it anyway.
func unreached(err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return faultf(down, "no answer: %w (setting openai.caFile adds an authority)", err)
	case errors.As(err, &op) && op.Op == "dial":
		return faultf(down, "no answer: %w", err)
	}
	return faultf(passing, "no answer: %w", err)
}

// refusal makes a fault of an answer that is no success. Its text is not quoted:
// it may hold the code, which does not belong into a log, or the key.
func refusal(r *http.Response) *fault {
	said := fmt.Sprintf("the server answers %d", r.StatusCode)
	if code := errorCode(io.LimitReader(r.Body, maxRefusal)); code != "" {
		said += " (" + code + ")"
	}
	switch s := r.StatusCode; {
	case s >= 300 && s < 400:
		to := ""
		if u, err := r.Location(); err == nil {
			to = " to " + u.Host
		}
		return faultf(down, "%s: it redirects%s, and gloss does not send code and key on; name the address itself in openai.endpoints", said, to)
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return faultf(down, "%s: it wants another key (settings openai.apiKeyEnv, openai.apiKeyFile)", said)
	case s == http.StatusNotFound || s == http.StatusMethodNotAllowed:
		return &fault{kind: down, strange: true, err: fmt.Errorf("%s: it does not know the model or the path (settings openai.model, openai.endpoints, openai.api)", said)}
	case s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable:
		return &fault{kind: later, after: retryAfter(r.Header.Get("Retry-After"), time.Now()), err: fmt.Errorf("%s: it is busy", said)}
	case s == http.StatusNotImplemented || s >= 400 && s < 500:
		return &fault{kind: refused, strange: true, err: fmt.Errorf("%s: it refuses the request", said)}
	}
	return faultf(passing, "%s", said)
}

// errorCode returns the word by which an error is known to programs, such as
// model_not_found, if it is one.
func errorCode(body io.Reader) string {
	text, err := io.ReadAll(body)
	if err != nil {
		return ""
	}
	var e struct {
		Error struct {
			Type string `json:"type"`
			Code any    `json:"code"`
		} `json:"error"`
		Type string `json:"type"`
	}
	_ = json.Unmarshal(text, &e) // in part at least
	code, _ := e.Error.Code.(string)
	for _, word := range []string{code, e.Error.Type, e.Type} {
		if isWord(word) {
			return word
		}
	}
	return ""
}

func isWord(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(header string, now time.Time) time.Duration {
	wait := pauseUsual
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, pauseMax.Seconds()) * float64(time.Second))
	} else if date, err := http.ParseTime(header); err == nil {
		wait = date.Sub(now)
	}
	return min(max(wait, pauseMin), pauseMax)
}
