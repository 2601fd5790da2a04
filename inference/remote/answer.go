package remote

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
)

const (
	// maxLine bounds a line of a stream, and maxText the text in it.
	maxLine = 64 << 10
	maxText = 16 << 10
)

// answer is what a server has written.
type answer struct {
	text     string // without thoughts
	raw      strings.Builder
	thought  bool // there are thoughts
	finish   string
	tokens   []string
	logProbs []float64 // of the tokens, NaN where one has come without
}

// chunk is an answer, or a part of one.
type chunk struct {
	Choices []struct {
		Index    int       `json:"index"`
		Text     string    `json:"text"`
		Message  part      `json:"message"`
		Delta    part      `json:"delta"`
		Finish   string    `json:"finish_reason"`
		LogProbs *logProbs `json:"logprobs"`
	} `json:"choices"`
	Error json.RawMessage `json:"error"`
}

type part struct {
	Content   string `json:"content"`
	Thinking  string `json:"reasoning_content"`
	Reasoning string `json:"reasoning"`
}

// logProbs are of a chat, in content, or of completions; llama.cpp has content in
// both.
type logProbs struct {
	Content []struct {
		Token   string   `json:"token"`
		LogProb *float64 `json:"logprob"`
	} `json:"content"`
	Tokens        []string   `json:"tokens"`
	TokenLogProbs []*float64 `json:"token_logprobs"`
}

// readAnswer reads an answer of the kind that its header names. It stops reading
// when stop, unless it is nil, says that the text so far is enough.
func readAnswer(body io.Reader, kind string, stop func(string) bool) (*answer, error) {
	limited := &io.LimitedReader{R: body, N: maxAnswer}
	a := &answer{}
	var err error
	switch kind {
	case "text/event-stream":
		err = a.readStream(limited, stop)
	case "text/html", "application/xhtml+xml":
		return nil, faultf(down, "it answers with a web page: openai.endpoints names no server with OpenAI's API, or something stands before it")
	default:
		err = a.readWhole(limited)
	}
	if limited.N <= 0 {
		return nil, faultf(passing, "the answer is longer than %d bytes", maxAnswer)
	}
	return a, err
}

func (a *answer) readWhole(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return faultf(passing, "the answer breaks off: %w", err)
	}
	done, err := a.add(text)
	switch {
	case err != nil:
		return err
	case !done:
		return faultf(passing, "the answer has no end: finish_reason is missing")
	}
	return nil
}

// readStream reads server-sent events. Each holds one line of data here, as
// OpenAI's do.
func (a *answer) readStream(r io.Reader, stop func(string) bool) error {
	lines := bufio.NewReaderSize(r, maxLine)
	done, asked := false, 0 // how much of the text stop has seen
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return faultf(passing, "a line of the answer is longer than %d bytes", maxLine)
		}
		data, isData := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data:"))
		switch data = bytes.TrimSpace(data); {
		case isData && string(data) == "[DONE]":
			return nil
		case isData && len(data) > 0:
			ended, err := a.add(data)
			if err != nil {
				return err
			}
			done = done || ended
			if grown := len(a.text) > asked; grown && stop != nil && stop(a.text) {
				return nil
			}
			asked = len(a.text)
			if a.raw.Len() > maxText {
				return faultf(passing, "the text in the answer is longer than %d bytes", maxText)
			}
		}
		switch {
		case err == nil:
		case done:
			return nil
		default:
			return faultf(passing, "the answer breaks off: %w", err)
		}
	}
}

// add takes a chunk, and reports whether it is the last one.
func (a *answer) add(text []byte) (last bool, err error) {
	var c chunk
	if json.Unmarshal(text, &c) != nil { // whose error would quote what may be code
		return false, faultf(passing, "the answer is not what OpenAI's API says")
	}
	if len(c.Error) > 0 && string(c.Error) != "null" {
		if code := errorCode(bytes.NewReader(text)); code != "" {
			return false, faultf(passing, "the server gives up (%s)", code)
		}
		return false, faultf(passing, "the server gives up")
	}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue
		}
		for _, p := range []part{choice.Message, choice.Delta} {
			a.raw.WriteString(p.Content)
			a.thought = a.thought || p.Thinking+p.Reasoning != ""
		}
		a.raw.WriteString(choice.Text)
		a.addProbs(choice.LogProbs)
		if choice.Finish != "" {
			a.finish, last = choice.Finish, true
		}
	}
	a.settle()
	return last, nil
}

func (a *answer) addProbs(l *logProbs) {
	if l == nil {
		return
	}
	add := func(token string, p *float64) {
		known := math.NaN()
		if p != nil && *p <= 0 { // no probability is above 1
			known = *p
		}
		a.tokens, a.logProbs = append(a.tokens, token), append(a.logProbs, known)
	}
	for _, t := range l.Content {
		add(t.Token, t.LogProb)
	}
	for i, t := range l.Tokens {
		var p *float64
		if i < len(l.TokenLogProbs) {
			p = l.TokenLogProbs[i]
		}
		add(t, p)
	}
}

// The marks around what a model thinks, where the server leaves it in the text.
const (
	thinkStart = "<think>"
	thinkEnd   = "</think>"
)

// settle makes the text of what has come, without a thought at its start.
func (a *answer) settle() {
	a.text = a.raw.String()
	start := strings.TrimLeft(a.text, " \n")
	switch rest, thinks := strings.CutPrefix(start, thinkStart); {
	case thinks:
		a.thought = true
		_, a.text, _ = strings.Cut(rest, thinkEnd)
	case start != "" && strings.HasPrefix(thinkStart, start): // it may become one
		a.text = ""
	}
}

// probs returns the logarithms of the probabilities of the text's tokens, nil
// where they are not known for certain. llama.cpp counts the token that ends the
// text among them, with its name or with none.
func (a *answer) probs() []float64 {
	if a.thought || len(a.logProbs) == 0 {
		return nil
	}
	if last := len(a.tokens) - 1; strings.Join(a.tokens[:last], "") == a.raw.String() {
		return known(a.logProbs[:last])
	}
	return known(a.logProbs)
}

// known returns the numbers, or nil if one of them is none.
func known(numbers []float64) []float64 {
	if slices.ContainsFunc(numbers, math.IsNaN) {
		return nil
	}
	return numbers
}

// echoed reports whether the answer has the tokens of the prompt.
func (a *answer) echoed() bool { return len(a.tokens) > 2 }

// suffix returns the logarithms of the probabilities of text, with which the
// prompt has ended. One token has come after it, which servers show or not. It
// returns nil where tokens reach across the border.
func (a *answer) suffix(text string) []float64 {
	for _, after := range []int{1, 0} {
		end := len(a.tokens) - after
		rest := strings.TrimLeft(text, " ")
		for i := end - 1; i > 0; i-- {
			var ok bool
			if rest, ok = strings.CutSuffix(rest, a.tokens[i]); !ok {
				// The first token has the blank before the text.
				if rest != "" && strings.TrimLeft(a.tokens[i], " ") == rest {
					return known(a.logProbs[i:end])
				}
				break
			}
			if rest == "" {
				return known(a.logProbs[i:end])
			}
		}
	}
	return nil
}
