package remote

import (
	"strings"

	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/inference/prompt"
)

// dialect is one way to ask.
type dialect struct {
	chat bool
	// extras asks for what not every server knows: probabilities, sampling that
	// OpenAI has not, no thinking. Some refuse a request for a word that they do
	// not know.
	extras bool
}

// dialectsOf lists the ways to try at a server, in order, until one is
// understood. A model without a template for conversations has completions only.
func dialectsOf(api string) []dialect {
	chat := []dialect{{chat: true, extras: true}, {chat: true}}
	plain := []dialect{{extras: true}, {}}
	switch api {
	case Chat:
		return chat
	case Completions:
		return plain
	}
	return append(chat, plain...)
}

func (d dialect) path() string {
	if d.chat {
		return "chat/completions"
	}
	return "completions"
}

// scores reports whether the probabilities of given texts can be asked for.
func (d dialect) scores() bool { return !d.chat && d.extras }

// request is the body of both kinds.
type request struct {
	Model       string    `json:"model"`
	Messages    []message `json:"messages,omitempty"`
	Prompt      string    `json:"prompt,omitempty"`
	MaxTokens   int       `json:"max_tokens"`
	Temperature float32   `json:"temperature"`
	TopP        float32   `json:"top_p,omitempty"`
	Seed        *int64    `json:"seed,omitempty"`
	Stream      bool      `json:"stream"`

	// The extras.
	LogProbs          any          `json:"logprobs,omitempty"` // true in a chat, 1 in completions
	Echo              bool         `json:"echo,omitempty"`
	TopK              int          `json:"top_k,omitempty"`
	RepetitionPenalty float32      `json:"repetition_penalty,omitempty"` // vLLM's and TGI's
	RepeatPenalty     float32      `json:"repeat_penalty,omitempty"`     // llama.cpp's
	Template          *templateArg `json:"chat_template_kwargs,omitempty"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// templateArg is told to the model's template for conversations.
type templateArg struct {
	Thinking bool `json:"enable_thinking"`
}

// request returns the body for r. The text is streamed, so that it can be ended
// when the summary is there.
func (d dialect) request(model string, r generate.Request) request {
	q := request{Model: model, MaxTokens: r.MaxNewTokens, Temperature: r.Sampling.Temperature, Stream: true}
	d.prompt(&q, r.Prompt, "")
	if r.Sampling.Temperature > 0 {
		seed := int64(r.Seed & (1<<31 - 1)) // llama.cpp's has 32 bits
		q.Seed, q.TopP = &seed, r.Sampling.TopP
	}
	if !d.extras {
		return q
	}
	d.probs(&q)
	q.TopK, q.RepetitionPenalty, q.RepeatPenalty = r.Sampling.TopK, r.Sampling.RepetitionPenalty, r.Sampling.RepetitionPenalty
	if d.chat {
		q.Template = &templateArg{}
	}
	return q
}

// score returns the body that asks for the probabilities of text after p.
func (d dialect) score(model string, p prompt.Prompt, text string) request {
	q := request{Model: model, MaxTokens: 1, Echo: true} // not all allow 0
	d.prompt(&q, p, text)
	d.probs(&q)
	return q
}

func (d dialect) probs(q *request) {
	if d.chat {
		q.LogProbs = true
	} else {
		q.LogProbs = 1
	}
}

// prompt puts p into q, and text where the model's answer begins. Completions
// have no turns: the texts follow upon each other, and the last one asks.
func (d dialect) prompt(q *request, p prompt.Prompt, text string) {
	turns := p.Turns()
	switch {
	case d.chat && turns != nil:
		for _, t := range turns[:len(turns)-1] {
			q.Messages = append(q.Messages, message{t.Role, t.Text})
		}
	case d.chat: // a form of its own, which has no turns
		q.Messages = []message{{"user", p.Text()}}
	case turns == nil:
		q.Prompt = p.Text() + text
	default:
		var parts []string
		for _, t := range turns {
			if t.Text != "" {
				parts = append(parts, t.Text)
			}
		}
		if text != "" && !strings.HasPrefix(text, " ") {
			text = " " + text
		}
		q.Prompt = strings.Join(parts, "\n\n") + text
	}
}
