// Package settings says what a user may configure, in an editor and in a terminal:
// what there is, how it is read from what anybody may have written, and how it is
// described to people and to editors' own settings pages.
package settings

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/inference/cache/team"
)

// Settings are what a user may configure. The tags are the one source of the
// documentation: json is the name, doc the description, enum the values of a
// string, min and max the bounds of a number or duration, path says "absolute" of
// a path and "or name" of what may be one, and scope "machine" marks what a
// workspace must not decide (which code runs, where files go).
type Settings struct {
	Enable           bool      `json:"enable" doc:"Show summaries at all."`
	CodeLens         bool      `json:"codeLens" doc:"A code lens on every function."`
	Hover            bool      `json:"hover" doc:"The summary in the hover text of a function's name."`
	InlayHints       string    `json:"inlayHints" enum:"auto,on,off" doc:"Inlay hints at the end of a function's first line. \"auto\" gives them to clients that neither announce nor request code lenses."`
	Symbols          bool      `json:"symbols" doc:"Answer document symbols, with the summary as their detail. Off because most editors list the symbols of every server, so a language's own would appear twice. Must be in initializationOptions, as servers announce symbols at the start."`
	CodeActions      bool      `json:"codeActions" doc:"Code actions: insert the summary as a doc comment, regenerate it, copy it."`
	Refresh          string    `json:"refresh" enum:"onType,onSave,manual" doc:"When functions without a known summary are summarized: while typing, only when a file is opened or saved, or only on a command."`
	Debounce         Duration  `json:"debounce" min:"0s" max:"1m" doc:"The pause in typing after which changed functions are summarized."`
	HoverWait        Duration  `json:"hoverWait" min:"0s" max:"30s" doc:"How long a hover waits for a summary that is being written."`
	MinLines         int       `json:"minLines" min:"1" max:"1000" doc:"Functions of fewer lines get no summary."`
	Kinds            []string  `json:"kinds" enum:"function,method,constructor,type,test" doc:"The definitions that get a summary. \"test\" is a test with a title and no name, such as it('adds', () => {})."`
	Languages        []string  `json:"languages" doc:"The languages to serve, by LSP language id or by what people call them (py, c++, Bash); empty means all that gloss knows."`
	Exclude          []string  `json:"exclude" doc:"Globs of paths that get no summaries. ** matches any number of folders; a glob without a slash matches the file's name. At most 512, of 512 bytes each."`
	PreferDocComment bool      `json:"preferDocComment" doc:"Where a function has a doc comment, show its first sentence and run no inference."`
	MinConfidence    float64   `json:"minConfidence" min:"0" max:"1" doc:"Summaries that are less likely than this to be right, as estimated for this model, are not shown: the sentence of the function's name is, or nothing. 0 shows all. docs/quality.md has the curve."`
	Model            string    `json:"model" scope:"machine" path:"or name" doc:"The model: \"default\", which ships with gloss, an installed one (gloss model list), or the absolute path of a directory in Hugging Face layout (~/ is the home folder); empty is the one in use (gloss model use)."`
	Backend          string    `json:"backend" scope:"machine" enum:"local,openai" doc:"What writes the summaries: a model on this machine (\"local\"), or a server of yours that is asked over the network (\"openai\"): then the code of functions leaves this machine, to openai.endpoints. docs/servers.md tells how."`
	OpenAI           OpenAI    `json:"openai"`
	Inference        Inference `json:"inference"`
	Cache            Cache     `json:"cache"`
	Log              Log       `json:"log"`
}

// OpenAI says which servers are asked where Backend says so.
type OpenAI struct {
	Endpoints   []string `json:"endpoints" scope:"machine" doc:"The base URLs of servers with OpenAI's API that run the same model, such as http://localhost:8000/v1 (vLLM, llama.cpp's llama-server, Ollama, TGI). The code of functions is sent there. Another takes over where one fails."`
	Model       string   `json:"model" scope:"machine" doc:"The name by which the servers know the model."`
	API         string   `json:"api" scope:"machine" enum:"auto,chat,completions" doc:"How they are asked: chat completions, plain completions, or the first of them that they understand."`
	APIKeyEnv   string   `json:"apiKeyEnv" scope:"machine" doc:"The name of the environment variable that holds the servers' key; empty is for servers that want none."`
	APIKeyFile  string   `json:"apiKeyFile" scope:"machine" path:"absolute" doc:"A file that holds the key in place of a variable, an absolute path; nobody else may be able to read it."`
	CAFile      string   `json:"caFile" scope:"machine" path:"absolute" doc:"A file of certificates (PEM) of authorities that are trusted beside those of the system, an absolute path."`
	Timeout     Duration `json:"timeout" scope:"machine" min:"1s" max:"10m" doc:"The longest time that one summary may take there, in place of inference.timeout."`
	Concurrency int      `json:"concurrency" scope:"machine" min:"1" max:"256" doc:"The functions that are asked about at a time."`
}

// Inference say how the model runs.
type Inference struct {
	Mode            string   `json:"mode" scope:"machine" enum:"auto,daemon,inprocess" doc:"Where the model runs: in one process for all editors and terminals of yours (\"daemon\"), in each editor's server (\"inprocess\"), or in that one process unless it cannot be started (\"auto\"). On Windows always in the server."`
	IdleExit        Duration `json:"idleExit" scope:"machine" min:"1s" max:"24h" doc:"How long that one process stays when nobody asks it. It is started again when somebody does."`
	Library         string   `json:"library" scope:"machine" path:"absolute" doc:"The absolute path of ONNX Runtime's shared library; empty searches for it."`
	Provider        string   `json:"provider" scope:"machine" enum:"cpu,cuda,coreml,directml,openvino,webgpu,auto" doc:"What the model runs on: the CPU, or a provider of ONNX Runtime, most of them GPUs, where the library and the machine have it; else the CPU takes over and says why. \"auto\" takes the first that works of those that the system may have. docs/gpu.md says what each needs."`
	Threads         int      `json:"threads" min:"0" max:"256" doc:"The threads of one step of the model; 0 chooses: one for a small model, for others one for each core, at most 4."`
	Timeout         Duration `json:"timeout" min:"100ms" max:"10m" doc:"The longest time that one summary may take."`
	MaxInputTokens  int      `json:"maxInputTokens" min:"0" max:"65536" doc:"The tokens of code in a prompt, at most what the model's description allows; 0 is all of that."`
	MaxOutputTokens int      `json:"maxOutputTokens" min:"0" max:"4096" doc:"The tokens of a summary, at most what the model's description allows; 0 is all of that."`
	Sampling        Sampling `json:"sampling"`
}

// Sampling use the names of Hugging Face's generation_config.json.
type Sampling struct {
	Temperature       float64 `json:"temperature" min:"0" max:"5" doc:"0 always takes the likeliest token."`
	TopP              float64 `json:"topP" min:"0" max:"1" doc:"Sample from the likeliest tokens that together have this probability; 0 or 1 is off."`
	TopK              int     `json:"topK" min:"0" max:"1000" doc:"Sample from this many of the likeliest tokens; 0 is off."`
	RepetitionPenalty float64 `json:"repetitionPenalty" min:"0" max:"10" doc:"Above 1, tokens that were already written become less likely; 0 or 1 is off."`
	NoRepeatNgramSize int     `json:"noRepeatNgramSize" min:"0" max:"64" doc:"Never write the same sequence of this many tokens twice; 0 is off."`
	NumBeams          int     `json:"numBeams" min:"0" max:"64" doc:"Search for the likeliest text with this many beams, at about that many times the time of each token; 0 or 1 is off. Goes with no temperature."`
	LengthPenalty     float64 `json:"lengthPenalty" min:"-10" max:"10" doc:"For a beam search: 0 prefers short texts, 1 compares by the mean of a text's tokens, more prefers long texts."`
}

// Cache say where summaries are kept.
type Cache struct {
	Dir     string `json:"dir" scope:"machine" path:"absolute" doc:"The folder of the summary cache, an absolute path; empty is the user's cache folder."`
	MaxSize int    `json:"maxSize" scope:"machine" min:"1" max:"65536" doc:"The largest size of the cache on disk, in MiB."`
	Redis   Redis  `json:"redis"`
}

// Redis say which server a team shares summaries through.
type Redis struct {
	URL          string   `json:"url" scope:"machine" doc:"The Redis or Valkey server that your team shares summaries through (docs/team-cache.md): redis://HOST:PORT/DB, rediss:// for TLS, or unix:///PATH?db=DB. Summaries leave this machine, encrypted with the team's key; empty shares nothing."`
	Username     string   `json:"username" scope:"machine" doc:"The user in the server's ACL."`
	PasswordFile string   `json:"passwordFile" scope:"machine" path:"absolute" doc:"The file that holds that user's password, an absolute path."`
	PasswordEnv  string   `json:"passwordEnv" scope:"machine" doc:"The variable of the environment that holds it, where there is no such file."`
	KeyFile      string   `json:"keyFile" scope:"machine" path:"absolute" doc:"The file that holds the team's key, an absolute path: 32 bytes or more of chance, such as openssl rand -base64 32 prints. Who lacks it can neither read summaries nor put any over functions."`
	KeyEnv       string   `json:"keyEnv" scope:"machine" doc:"The variable of the environment that holds it, where there is no such file."`
	CAFile       string   `json:"caFile" scope:"machine" path:"absolute" doc:"The certificates, in PEM, that the server's is verified with, an absolute path; empty is for those that the system trusts."`
	TTL          Duration `json:"ttl" scope:"machine" min:"1m" max:"87600h" doc:"How long the server keeps what is written."`
	Timeout      Duration `json:"timeout" scope:"machine" min:"1ms" max:"5s" doc:"The longest that a summary waits for the server before it is written on this machine."`
	ReadOnly     bool     `json:"readOnly" scope:"machine" doc:"Take the team's summaries and give none."`
}

// Log say what is logged, and where.
type Log struct {
	Level string `json:"level" enum:"debug,info,warn,error" doc:"The least severe messages that are logged."`
	File  string `json:"file" scope:"machine" path:"absolute" doc:"Append the log to this file, an absolute path; empty is stderr."`
}

// Default returns what holds where a user says nothing.
func Default() Settings {
	return Settings{
		Enable:           true,
		CodeLens:         true,
		Hover:            true,
		InlayHints:       "auto",
		CodeActions:      true,
		Refresh:          "onType",
		Debounce:         Duration(time.Second),
		HoverWait:        Duration(1500 * time.Millisecond),
		MinLines:         3,
		Kinds:            []string{"function", "method", "constructor"},
		Languages:        []string{},
		Exclude:          []string{},
		PreferDocComment: true,
		MinConfidence:    inference.DefaultMinConfidence,
		Backend:          "local",
		OpenAI:           OpenAI{Endpoints: []string{}, API: "auto", Timeout: Duration(30 * time.Second), Concurrency: 4},
		Inference:        Inference{Mode: "auto", Provider: "cpu", IdleExit: Duration(10 * time.Minute), Timeout: Duration(5 * time.Second), Sampling: Sampling{LengthPenalty: 1}},
		Cache:            Cache{MaxSize: cache.DefaultMaxSize >> 20, Redis: Redis{TTL: Duration(team.DefaultTTL), Timeout: Duration(team.DefaultTimeout)}},
		Log:              Log{Level: "info"},
	}
}

// ChunkerOptions says what of a text is cut.
func (s *Settings) ChunkerOptions(w *chunker.Workers) chunker.Options {
	o := chunker.Options{MinLines: s.MinLines, Workers: w}
	for _, k := range s.Kinds {
		o.Kinds = append(o.Kinds, chunker.Kind(k))
	}
	return o
}

// Serves reports whether a language, by its id, is one to serve.
func (s *Settings) Serves(language string) bool {
	return len(s.Languages) == 0 || slices.ContainsFunc(s.Languages, func(name string) bool {
		l := chunker.LanguageNamed(name)
		return l != nil && l.ID == language
	})
}

// Duration is a time.Duration that is written "1.5s" in JSON. A number is
// read as milliseconds.
type Duration time.Duration

// MarshalJSON implements json.Marshaler.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// UnmarshalJSON implements json.Unmarshaler.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var ms float64
	if err := json.Unmarshal(b, &ms); err == nil {
		const most = float64(1<<63-1) / float64(time.Millisecond)
		if ms < -most || ms > most {
			return fmt.Errorf("%g milliseconds are out of range", ms)
		}
		*d = Duration(ms * float64(time.Millisecond))
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf(`expected a duration such as "1.5s" or a number of milliseconds`)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf(`%.80q is not a duration such as "1.5s"`, s)
	}
	*d = Duration(v)
	return nil
}
