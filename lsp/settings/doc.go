package settings

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Field describes one setting for documentation and for the editors'
// own settings pages.
type Field struct {
	Name    string // with its parents, for example "inference.threads"
	Type    string // "boolean", "integer", "number", "string", "duration" or "array of strings"
	Default string // as JSON
	Enum    []string
	Min     string
	Max     string
	Doc     string
	// Machine is true where a workspace may not decide.
	Machine bool
}

// Fields describes every setting, in the order of Settings.
func Fields() []Field {
	return fieldsOf(reflect.ValueOf(Default()), "")
}

func fieldsOf(v reflect.Value, prefix string) []Field {
	var fields []Field
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		name := prefix + tag.Get("json")
		if v.Field(i).Kind() == reflect.Struct {
			fields = append(fields, fieldsOf(v.Field(i), name+".")...)
			continue
		}
		value, err := json.Marshal(v.Field(i).Interface())
		if err != nil {
			panic(err) // the settings are of plain types, and a test writes them
		}
		f := Field{
			Name:    name,
			Type:    typeName(v.Field(i).Type()),
			Default: string(value),
			Min:     tag.Get("min"),
			Max:     tag.Get("max"),
			Doc:     tag.Get("doc"),
			Machine: tag.Get("scope") == "machine",
		}
		if enum := tag.Get("enum"); enum != "" {
			f.Enum = strings.Split(enum, ",")
		}
		fields = append(fields, f)
	}
	return fields
}

func typeName(t reflect.Type) string {
	if t == reflect.TypeFor[Duration]() {
		return "duration"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.Int:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "array of strings"
	}
	return "string"
}

const introduction = `# Settings

<!-- Written by "gloss settings" from lsp/settings. -->

Settings that are said once, for all editors and the terminal, stand in a file of
yours: ` + "`~/.config/gloss/config.json`" + ` (macOS: ` + "`~/Library/Application Support/gloss/config.json`" + `;
` + "`XDG_CONFIG_HOME`" + ` moves it), a JSON object as editors have it, comments allowed:

` + "```json" + `
{
	"minLines": 5,
	"exclude": ["vendor/**"], // and so on
	"inference": {"timeout": "10s"}
}
` + "```" + `

The language server reads that file when it starts, then ` + "`initializationOptions`" + `,
then ` + "`workspace/configuration`" + `, section ` + "`gloss`" + `, and follows changes. Later ones win,
so an editor that sends all its settings, set or not, decides alone.

` + "`gloss summarize`" + ` reads that file, then ` + "`.gloss.json`" + ` at the top of the repository that its
first path lies in, then its flags (` + "`--config FILE`" + ` names one file in place of both,
` + "`--no-config`" + ` none). It heeds ` + "`minLines`, `kinds`, `languages`, `exclude`, `preferDocComment`," + `
` + "`minConfidence`, `model`, `backend`, `openai`, `inference` and `cache`" + `; ` + "`gloss doctor`" + ` checks what your file names.

A value that cannot be used is reported once and the one before stays in force.
Durations are written ` + "`\"1.5s\"`" + ` or as a number of milliseconds. Settings marked
*machine* decide which code runs, or where files or your code go: they are read from your own
file, ` + "`initializationOptions`" + ` and flags only, because a workspace's own files can reach
` + "`workspace/configuration`" + `, and ` + "`.gloss.json`" + ` may be anybody's.

| setting | type | default | |
|---|---|---|---|
`

// Markdown returns docs/settings.md, which describes the settings.
func Markdown() string {
	var b strings.Builder
	b.WriteString(introduction)
	for _, f := range Fields() {
		kind := f.Type
		if len(f.Enum) > 0 {
			kind += ": `" + strings.Join(f.Enum, "`, `") + "`"
		}
		if f.Min != "" {
			kind += fmt.Sprintf(", %s to %s", f.Min, f.Max)
		}
		doc := f.Doc
		if f.Machine {
			doc += " *machine*"
		}
		fmt.Fprintf(&b, "| `gloss.%s` | %s | `%s` | %s |\n", f.Name, kind, f.Default, doc)
	}
	return b.String()
}
