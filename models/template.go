package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// chatTemplate returns the Jinja template that comes with the model, "" where
// none does. It is not run: prompt forms are code, and a template tells which of
// them it is.
func (m *Model) chatTemplate() (string, error) {
	b, err := m.ReadFile("chat_template.jinja")
	if err == nil {
		return string(b), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	var config struct {
		ChatTemplate json.RawMessage `json:"chat_template"`
	}
	if err := m.readJSON("tokenizer_config.json", &config, false); err != nil {
		return "", err
	}
	if len(config.ChatTemplate) == 0 {
		return "", nil
	}
	var one *string
	if err := json.Unmarshal(config.ChatTemplate, &one); err == nil {
		if one == nil {
			return "", nil
		}
		return *one, nil
	}
	var named []struct{ Name, Template string }
	if err := json.Unmarshal(config.ChatTemplate, &named); err != nil {
		return "", fmt.Errorf("model %s: tokenizer_config.json: chat_template is neither a text nor a list of named ones", m)
	}
	for _, t := range named {
		if t.Name == "default" {
			return t.Template, nil
		}
	}
	return "", nil
}

// promptOf returns the form that a chat template stands for, by what only this
// one writes, or none.
func promptOf(template string) Prompt {
	has := func(all ...string) bool {
		for _, part := range all {
			if !strings.Contains(template, part) {
				return false
			}
		}
		return true
	}
	form := ""
	switch {
	case has("<|im_start|>", "enable_thinking", `<think>\n\n</think>\n\n`):
		form = "chat-qwen3"
	case has("<|im_start|>", "<|im_end|>") && !has("<|im_sep|>"): // which is Phi 4's own
		form = "chat"
	case has("<|start_header_id|>", "Cutting Knowledge Date"):
		form = "chat-llama3.1"
	case has("<|start_header_id|>", "<|eot_id|>"):
		form = "chat-llama3"
	case has("<start_of_turn>", "<end_of_turn>"):
		form = "chat-gemma"
	case has("<|assistant|>", "<|end|>") && (has(`<|end|>\n`) || has("<|end|>\n")):
		form = "chat-phi3"
	case has("<|assistant|>", "<|end|>"):
		form = "chat-phi4"
	default:
		return Prompt{}
	}
	return Prompt{Form: form, Version: 1}
}
