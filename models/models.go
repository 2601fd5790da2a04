// Package models finds and describes models on disk and the one that ships
// with gloss.
//
// A model is a directory in Hugging Face layout (config.json, tokenizer.json,
// generation_config.json, onnx/*.onnx). What gloss has to know beyond that
// (prompt form, stop tokens, limits) is its Description, read from gloss.json
// beside config.json. The package runs nothing: it does not know ONNX Runtime.
package models

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"unsafe"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// Default is the name of the model that ships inside gloss.
const Default = "default"

// ErrNotFound means that neither a known name nor a directory was given.
var ErrNotFound = errors.New("model not found")

// Model is an opened model directory. Its small files have been read and
// checked; the graph has not been loaded.
type Model struct {
	// Name is Default, an installed model's name, or the base name of the
	// directory.
	Name string
	// Dir is the directory, "" for the model inside the binary.
	Dir         string
	Config      Config
	Generation  GenerationConfig
	Description Description

	files  fs.FS
	named  bool   // opened by its name, not by its directory
	pinned bool   // Description is the catalog's
	spoken Prompt // what the chat template stands for, where that decides

	hashing sync.Mutex // held while files are read for Hash
	hashed  struct {   // by Hash before
		of, sum string
	}
}

// Config holds the fields of config.json that gloss uses.
type Config struct {
	Architectures         []string `json:"architectures"`
	ModelType             string   `json:"model_type"`
	VocabSize             int      `json:"vocab_size"`
	HiddenSize            int      `json:"hidden_size"`
	NumAttentionHeads     int      `json:"num_attention_heads"`
	NumKeyValueHeads      int      `json:"num_key_value_heads"`
	HeadDim               int      `json:"head_dim"`
	MaxPositionEmbeddings int      `json:"max_position_embeddings"`
	EOS                   TokenIDs `json:"eos_token_id"`

	// EncoderDecoder says that an encoder reads the prompt, and DecoderStart is
	// the token that the output follows.
	EncoderDecoder bool   `json:"is_encoder_decoder"`
	DecoderStart   *int64 `json:"decoder_start_token_id"`
	// T5's names of HiddenSize, NumAttentionHeads, HeadDim and
	// MaxPositionEmbeddings.
	DModel     int `json:"d_model"`
	NumHeads   int `json:"num_heads"`
	DKV        int `json:"d_kv"`
	NPositions int `json:"n_positions"`
}

// fill derives what Hugging Face lets a config.json leave out.
func (c *Config) fill() {
	c.HiddenSize = cmp.Or(c.HiddenSize, c.DModel)
	c.NumAttentionHeads = cmp.Or(c.NumAttentionHeads, c.NumHeads)
	c.HeadDim = cmp.Or(c.HeadDim, c.DKV)
	c.MaxPositionEmbeddings = cmp.Or(c.MaxPositionEmbeddings, c.NPositions)
	if c.NumKeyValueHeads == 0 {
		c.NumKeyValueHeads = c.NumAttentionHeads
	}
	if c.HeadDim == 0 && c.NumAttentionHeads > 0 {
		c.HeadDim = c.HiddenSize / c.NumAttentionHeads
	}
}

// GenerationConfig holds the fields of generation_config.json that gloss uses.
// Where the file or the field is missing, config.json's value stands in.
type GenerationConfig struct {
	EOS          TokenIDs `json:"eos_token_id"`
	DecoderStart *int64   `json:"decoder_start_token_id"`
}

// TokenIDs is one token id or a list of them: Hugging Face writes both.
type TokenIDs []int64

// UnmarshalJSON accepts a number, a list of numbers or null.
func (t *TokenIDs) UnmarshalJSON(b []byte) error {
	var many []int64
	if err := json.Unmarshal(b, &many); err == nil {
		*t = many
		return nil
	}
	var one int64
	if err := json.Unmarshal(b, &one); err != nil {
		return errors.New("expected a token id or a list of token ids")
	}
	*t = TokenIDs{one}
	return nil
}

// Description is gloss.json: what belongs to a model and not to the code that
// runs it.
type Description struct {
	// Prompt names a form of package inference/prompt and its version.
	Prompt Prompt `json:"prompt"`
	// Stop lists strings that end the output beside the end-of-sequence tokens.
	Stop []string `json:"stop,omitempty"`
	// MaxInputTokens bounds the tokens of code in a prompt.
	MaxInputTokens int `json:"maxInputTokens,omitempty"`
	// MaxOutputTokens bounds the generated tokens.
	MaxOutputTokens int `json:"maxOutputTokens,omitempty"`
	// Graph is the ONNX file to run, relative to the model's directory.
	Graph string `json:"graph,omitempty"`
	// Calibration says how good a text is likely to be, where it was measured.
	Calibration *Calibration `json:"calibration,omitempty"`
	// Ranker, where it was learnt, does so better, and takes its place.
	Ranker *Ranker `json:"ranker,omitempty"`
}

// Prompt names a prompt form.
type Prompt struct {
	Form    string `json:"form"`
	Version int    `json:"version"`
}

// Open opens the model that ref names among the user's: see Store.Open.
func Open(ref string) (*Model, error) { return UserStore().Open(ref) }

// openDirectory opens a directory in Hugging Face layout.
func openDirectory(ref string) (*Model, error) {
	ref, err := untrusted.ExpandHome(ref)
	if err != nil {
		return nil, fmt.Errorf("open the model %s: %w", oneLine(ref), err)
	}
	info, err := os.Stat(ref)
	switch {
	case err == nil && !info.IsDir():
		return nil, fmt.Errorf("%w: %s is a file; give the directory that holds config.json, tokenizer.json and onnx/", ErrNotFound, oneLine(ref))
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: there is no directory %s; a model's directory has Hugging Face's layout (config.json, tokenizer.json, onnx/*.onnx)", ErrNotFound, oneLine(ref))
	case err != nil:
		return nil, fmt.Errorf("open model %s: %w", ref, err)
	}
	dir, err := filepath.Abs(ref)
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", ref, err)
	}
	return open(filepath.Base(dir), dir, untrusted.Folder(dir), nil)
}

// open reads the small files. A description, where one is given, takes the
// place of gloss.json.
func open(name, dir string, files fs.FS, description *Description) (*Model, error) {
	m := &Model{Name: name, Dir: dir, files: files}
	if err := m.readJSON("config.json", &m.Config, true); err != nil {
		return nil, err
	}
	if err := m.readJSON("generation_config.json", &m.Generation, false); err != nil {
		return nil, err
	}
	m.Config.fill()
	if len(m.Generation.EOS) == 0 {
		m.Generation.EOS = m.Config.EOS
	}
	m.Generation.DecoderStart = cmp.Or(m.Generation.DecoderStart, m.Config.DecoderStart)
	if description != nil {
		m.Description, m.pinned = *description, true
	} else if err := m.readJSON("gloss.json", &m.Description, false); err != nil {
		return nil, err
	}
	if m.Description.Prompt.Form == "" && m.Config.EncoderDecoder {
		m.Description.Prompt, m.Description.MaxInputTokens = codeToText, cmp.Or(m.Description.MaxInputTokens, codeToTextTokens)
	}
	if m.Description.Prompt.Form == "" {
		template, err := m.chatTemplate()
		if err != nil {
			return nil, err
		}
		m.spoken = promptOf(template)
		m.Description.Prompt = m.spoken
	}
	m.Description.fill()
	if err := m.Description.check(); err != nil {
		return nil, fmt.Errorf("model %s: gloss.json: %w", m, err)
	}
	return m, nil
}

// fill sets what a chat model without a gloss.json needs.
func (d *Description) fill() {
	if d.Prompt.Form == "" {
		d.Prompt = Prompt{Form: "chat", Version: 1}
	}
	if d.MaxInputTokens == 0 {
		d.MaxInputTokens = 512
	}
	if d.MaxOutputTokens == 0 {
		d.MaxOutputTokens = 64
	}
}

func (d *Description) check() error {
	switch {
	case d.MaxInputTokens < 16 || d.MaxInputTokens > 1<<16:
		return fmt.Errorf("maxInputTokens is %d; it must lie between 16 and 65536", d.MaxInputTokens)
	case d.MaxOutputTokens < 1 || d.MaxOutputTokens > 4096:
		return fmt.Errorf("maxOutputTokens is %d; it must lie between 1 and 4096", d.MaxOutputTokens)
	case d.Graph != "" && !fs.ValidPath(d.Graph):
		return fmt.Errorf("graph %q must be a path inside the model's directory", d.Graph)
	}
	if d.Calibration != nil {
		if err := d.Calibration.check(); err != nil {
			return err
		}
	}
	if d.Ranker != nil {
		return d.Ranker.check()
	}
	return nil
}

// String names the model for messages: its directory or its name.
func (m *Model) String() string {
	if m.Dir != "" {
		return m.Dir
	}
	return m.Name
}

func (m *Model) readJSON(name string, into any, required bool) error {
	b, err := m.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !required {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("model %s: %s is not valid: %w", m, name, err)
	}
	return nil
}

// GraphFile returns where the graph is: a path on disk, or its bytes, which
// must not be changed, when the model is inside the binary. GraphParts has the
// other files of a model of several.
func (m *Model) GraphFile() (path string, data []byte, err error) {
	graph, err := m.graph()
	if err != nil {
		return "", nil, err
	}
	if m.Dir != "" {
		return filepath.Join(m.Dir, filepath.FromSlash(graph)), nil, nil
	}
	return "", unsafe.Slice(unsafe.StringData(shippedGraph), len(shippedGraph)), nil
}

// Ref is what Store.Open takes for m: its name, or its directory where it was
// opened by that.
func (m *Model) Ref() string {
	if m.Dir != "" && !m.named {
		return m.Dir
	}
	return m.Name
}

// Hash returns the SHA-256, in hexadecimal, of what decides the text that the
// model writes: its description, its JSON files, the form that its chat template
// stands for, its graph, and what lies beside the graph, since a graph may keep
// its weights in files of any name. Other graphs there do not count. It ends with
// ctx. The files are read once.
func (m *Model) Hash(ctx context.Context) (string, error) {
	graph, err := m.graph()
	if err != nil {
		return "", err
	}
	names, err := m.decisive(graph)
	if err != nil {
		return "", err
	}
	var head []byte
	if m.pinned {
		b, err := json.Marshal(m.Description) // it stands for gloss.json
		if err != nil {
			return "", err
		}
		head = append(b, 0)
	}
	if m.spoken.Form != "" { // of the template, the form is all that counts
		head = fmt.Appendf(head, "%s %d\x00", m.spoken.Form, m.spoken.Version)
	}
	of := graph + "\x00" + string(head)
	m.hashing.Lock()
	defer m.hashing.Unlock()
	if m.hashed.sum != "" && m.hashed.of == of {
		return m.hashed.sum, nil
	}
	h := sha256.New()
	h.Write(head)
	err = m.eachFile(ctx, names, func(name string, r io.Reader) error {
		fmt.Fprintf(h, "%s\x00", name)
		_, err := io.Copy(h, r)
		return err
	})
	if err != nil {
		return "", err
	}
	m.hashed.of, m.hashed.sum = of, hex.EncodeToString(h.Sum(nil))
	return m.hashed.sum, nil
}

// decisive lists the files that Hash speaks of, sorted.
func (m *Model) decisive(graph string) ([]string, error) {
	names := []string{"config.json", "generation_config.json", "gloss.json", "tokenizer.json"}
	folder, parts := path.Dir(graph), m.parts(graph)
	entries, err := fs.ReadDir(m.files, folder)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", m, err)
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		info, err := fs.Stat(m.files, name) // Hugging Face's cache is made of links
		if err == nil && info.Mode().IsRegular() && path.Ext(name) != ".json" && (path.Ext(name) != ".onnx" || parts.has(name)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
