package models

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A model without a gloss.json is asked in the form of its chat template. That of
// real models is held to their templates where forms are (inference/prompt).
func TestPromptOfTemplate(t *testing.T) {
	const (
		chatML  = `{"chat_template": "{{ '<|im_start|>' + role + '\n' + text + '<|im_end|>\n' }}"}`
		llama3  = `{{ '<|start_header_id|>' + role + '<|end_header_id|>\n\n' + text + '<|eot_id|>' }}`
		unknown = `{"chat_template": "[INST] {{ text }} [/INST]"}`
	)
	quoted := `"` + strings.ReplaceAll(llama3, `\`, `\\`) + `"`
	tests := []struct {
		name  string
		files map[string]string
		form  string // or
		err   string
	}{
		{name: "nothing", form: "chat"},
		{name: "no template", files: map[string]string{"tokenizer_config.json": `{"chat_template": null}`}, form: "chat"},
		{name: "ChatML", files: map[string]string{"tokenizer_config.json": chatML}, form: "chat"},
		{name: "a file of its own", files: map[string]string{"tokenizer_config.json": chatML, "chat_template.jinja": llama3}, form: "chat-llama3"},
		{name: "named", files: map[string]string{"tokenizer_config.json": `{"chat_template": [{"name": "tool_use", "template": "x"}, {"name": "default", "template": ` + quoted + `}]}`}, form: "chat-llama3"},
		{name: "none is the default", files: map[string]string{"tokenizer_config.json": `{"chat_template": [{"name": "tool_use", "template": ` + quoted + `}]}`}, form: "chat"},
		{name: "unknown", files: map[string]string{"tokenizer_config.json": unknown}, form: "chat"},
		{name: "ChatML of another kind", files: map[string]string{"chat_template.jinja": "<|im_start|>user<|im_sep|>x<|im_end|>"}, form: "chat"},
		{name: "gloss.json decides", files: map[string]string{"chat_template.jinja": llama3, "gloss.json": `{"prompt": {"form": "chat-gemma", "version": 1}}`}, form: "chat-gemma"},
		{name: "not a text", files: map[string]string{"tokenizer_config.json": `{"chat_template": 1}`}, err: "chat_template is neither"},
		{name: "not JSON", files: map[string]string{"tokenizer_config.json": `{`}, err: "tokenizer_config.json is not valid"},
		{name: "too large", files: map[string]string{"chat_template.jinja": strings.Repeat("x", maxConfig+1)}, err: "gloss takes at most"},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		write := func(name, content string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("config.json", "{}")
		for name, content := range tt.files {
			write(name, content)
		}
		m, err := Open(dir)
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v, want an error with %q", tt.name, err, tt.err)
			}
		case err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case m.Description.Prompt != Prompt{tt.form, 1}:
			t.Errorf("%s: %v, want %s", tt.name, m.Description.Prompt, tt.form)
		}
	}
}
