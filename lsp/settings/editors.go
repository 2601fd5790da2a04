package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// vscodeProperty is one property of contributes.configuration in the
// package.json of an extension for VS Code.
type vscodeProperty struct {
	Type        string          `json:"type"`
	Default     json.RawMessage `json:"default"`
	Enum        []string        `json:"enum,omitempty"`
	Pattern     string          `json:"pattern,omitempty"`
	Items       *vscodeItems    `json:"items,omitempty"`
	Minimum     json.Number     `json:"minimum,omitempty"`
	Maximum     json.Number     `json:"maximum,omitempty"`
	Scope       string          `json:"scope"`
	Order       int             `json:"order"`
	Description string          `json:"description"`
}

type vscodeItems struct {
	Type string   `json:"type"`
	Enum []string `json:"enum,omitempty"`
}

// durationPattern is what Duration reads, of the strings.
const durationPattern = `^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$`

// VSCode returns the settings as the JSON object of "properties" in
// contributes.configuration of an extension for VS Code, indented by two.
func VSCode() string {
	var b bytes.Buffer
	separator := "{\n"
	for i, f := range Fields() {
		raw, err := json.Marshal(f.vscode(i))
		if err != nil {
			panic(err) // the properties are of plain types, and a test writes them
		}
		b.WriteString(separator)
		separator = ",\n"
		fmt.Fprintf(&b, "  %q: ", "gloss."+f.Name)
		if err := json.Indent(&b, raw, "  ", "  "); err != nil {
			panic(err) // json.Marshal wrote it
		}
	}
	b.WriteString("\n}\n")
	return b.String()
}

func (f *Field) vscode(order int) vscodeProperty {
	p := vscodeProperty{
		Type: f.Type, Default: json.RawMessage(f.Default), Enum: f.Enum,
		Scope: "window", Order: order, Description: f.Doc,
	}
	if f.Machine {
		p.Scope = "machine" // a workspace cannot set it
	}
	switch f.Type {
	case "duration":
		p.Type, p.Pattern = "string", durationPattern
		p.Description += fmt.Sprintf(" From %s to %s.", f.Min, f.Max)
	case "array of strings":
		p.Type, p.Enum, p.Items = "array", nil, &vscodeItems{"string", f.Enum}
	default:
		p.Minimum, p.Maximum = json.Number(f.Min), json.Number(f.Max)
	}
	return p
}

const neovimIntroduction = `---@meta
-- The settings of the language server, for completion and checks while they are
-- written. Written by "gloss settings --format nvim" from lsp/settings.
`

// Neovim returns the settings as annotations for lua-language-server:
// the class gloss.Settings and one class for each object in it.
func Neovim() string {
	var b strings.Builder
	b.WriteString(neovimIntroduction)
	var order []string
	classes := map[string]*strings.Builder{}
	class := func(path string) *strings.Builder {
		if classes[path] == nil {
			classes[path] = &strings.Builder{}
			order = append(order, path)
		}
		return classes[path]
	}
	for _, f := range Fields() {
		parents := strings.Split(f.Name, ".")
		path := ""
		for _, name := range parents[:len(parents)-1] {
			above := class(path)
			path += "." + name
			if classes[path] == nil {
				fmt.Fprintf(above, "---@field %s? %s\n", name, luaClass(path))
			}
		}
		fmt.Fprintf(class(path), "---@field %s? %s %s Default: `%s`.\n", parents[len(parents)-1], f.luaType(), f.Doc, f.Default)
	}
	for _, path := range order {
		fmt.Fprintf(&b, "\n---@class %s\n%s", luaClass(path), classes[path])
	}
	return b.String()
}

// luaClass names the class of the settings under a path such as
// ".inference.sampling".
func luaClass(path string) string { return "gloss.Settings" + path }

func (f *Field) luaType() string {
	values := `'` + strings.Join(f.Enum, `'|'`) + `'`
	switch {
	case f.Type == "duration":
		return "string|integer"
	case f.Type == "array of strings" && len(f.Enum) > 0:
		return "(" + values + ")[]"
	case f.Type == "array of strings":
		return "string[]"
	case len(f.Enum) > 0:
		return values
	}
	return f.Type
}
