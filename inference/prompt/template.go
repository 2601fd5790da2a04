package prompt

// template is how a family of models is told the turns of a conversation, as its
// own Jinja template does. docs/models.md lists the families.
type template struct {
	begin string // before the first turn
	// before and after stand around the name of a turn's role.
	before, after string
	// end is the token that ends a turn, and gap what stands behind it.
	end, gap string
	// system is the system's turn where the conversation has none, "" for none;
	// preface stands before the text of either.
	system, preface string
	// joined says that there are no system's turns: their text begins the user's.
	joined bool
	// assistant is the role of the model.
	assistant string
	// thought begins the assistant's turn: that of a model that would think first
	// says that it has done so.
	thought string
	markers []string // the special tokens of all that
}

// The special tokens of ChatML.
const (
	turnStart = "<|im_start|>"
	turnEnd   = "<|im_end|>"
)

var chatML = []string{turnStart, turnEnd}

// The templates.
var (
	// smolLM2 is ChatML as SmolLM2 has it. With a system's turn it is that of
	// Qwen 2 and 2.5, and of most that have ChatML.
	smolLM2 = template{
		before: turnStart, after: "\n", end: turnEnd, gap: "\n", assistant: "assistant", markers: chatML,
		system: "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
	}
	qwen3 = template{
		before: turnStart, after: "\n", end: turnEnd, gap: "\n", assistant: "assistant",
		thought: "<think>\n\n</think>\n\n", markers: []string{turnStart, turnEnd, "<think>", "</think>"},
	}
	llama3 = template{
		begin: "<|begin_of_text|>", before: "<|start_header_id|>", after: "<|end_header_id|>\n\n", end: "<|eot_id|>", assistant: "assistant",
		markers: []string{"<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"},
	}
	// llama31 says what day it is. A prompt must not be another one tomorrow, so
	// it is the day that the template has for programs that do not know.
	llama31 = func(t template) template {
		t.preface = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
		return t
	}(llama3)
	gemma = template{
		begin: "<bos>", before: "<start_of_turn>", after: "\n", end: "<end_of_turn>", gap: "\n", assistant: "model", joined: true,
		markers: []string{"<bos>", "<start_of_turn>", "<end_of_turn>"},
	}
	phi4 = template{
		before: "<|", after: "|>", end: "<|end|>", assistant: "assistant",
		markers: []string{"<|system|>", "<|user|>", "<|assistant|>", "<|end|>"},
	}
	phi3 = template{
		before: "<|", after: "|>\n", end: "<|end|>", gap: "\n", assistant: "assistant",
		markers: []string{"<|system|>", "<|user|>", "<|assistant|>", "<|end|>"},
	}
)

// start is how a turn of role starts.
func (t *template) start(role string) string { return t.before + role + t.after }

// head returns what stands before the code.
func (t *template) head(c chatTexts) string {
	switch {
	case t.joined && c.system != "":
		return t.begin + t.start("user") + c.system + "\n\n" + c.before
	case c.system == "" && t.system == "" && t.preface == "":
		return t.begin + t.start("user") + c.before
	}
	system := c.system
	if system == "" {
		system = t.system
	}
	return t.begin + t.start("system") + t.preface + system + t.end + t.gap + t.start("user") + c.before
}

// tail returns what stands after the code.
func (t *template) tail(c chatTexts) string {
	return c.after + t.end + t.gap + t.start(t.assistant) + t.thought + c.begun
}
