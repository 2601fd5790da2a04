package settings

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the files that are generated or expected")

// TestSettingsAreCommitted compares what is generated from the settings with
// what is in the repository.
func TestSettingsAreCommitted(t *testing.T) {
	for _, tt := range []struct {
		file string
		want string
		// part finds what is generated in the file; nil for all of it.
		part func(t *testing.T, content []byte) (start, end int)
	}{
		{file: "../../docs/settings.md", want: Markdown()},
		{file: "../../editors/nvim/lua/gloss/types.lua", want: Neovim()},
		{file: "../../editors/vscode/package.json", want: indentAll(VSCode(), "        "), part: vscodeProperties},
	} {
		t.Run(tt.file, func(t *testing.T) {
			content, err := os.ReadFile(tt.file)
			if err != nil && !(*update && tt.part == nil) {
				t.Fatal(err)
			}
			start, end := 0, len(content)
			if tt.part != nil {
				start, end = tt.part(t, content)
			}
			if string(content[start:end]) == tt.want {
				return
			}
			if !*update {
				t.Fatalf("%s is not what the settings say; run: go test ./lsp/settings -run TestSettingsAreCommitted -update", tt.file)
			}
			if err := os.WriteFile(tt.file, slices.Concat(content[:start], []byte(tt.want), content[end:]), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// vscodeProperties finds the properties of the first part of an extension's
// configuration, which is the language server's.
func vscodeProperties(t *testing.T, content []byte) (start, end int) {
	t.Helper()
	const before = `"configuration": [
      {
        "title": "Summaries",
        "properties": `
	start = bytes.Index(content, []byte(before)) + len(before)
	if start < len(before) {
		t.Fatalf("package.json does not hold\n%s", before)
	}
	d := json.NewDecoder(bytes.NewReader(content[start:]))
	var properties json.RawMessage
	if err := d.Decode(&properties); err != nil {
		t.Fatal(err)
	}
	return start, start + int(d.InputOffset())
}

// indentAll indents every line but the first, and ends without a line break.
func indentAll(text, by string) string {
	return strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+by)
}

func TestEverySettingIsDescribedAndDecodes(t *testing.T) {
	for _, f := range Fields() {
		if f.Doc == "" || f.Type == "" {
			t.Errorf("%s has no description", f.Name)
		}
		// The default goes through the decoder and its bounds.
		raw := f.Default
		path := strings.Split(f.Name, ".")
		for i := len(path) - 1; i >= 0; i-- {
			raw = `{"` + path[i] + `":` + raw + `}`
		}
		got, warnings := Decode(Default(), []byte(raw), User)
		if len(warnings) > 0 || !reflect.DeepEqual(got, Default()) {
			t.Errorf("%s decodes to %+v, warnings %q", raw, got, warnings)
		}
	}
}

func TestDecodeSettings(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, tt := range []struct {
		name, raw string
		source    Source
		change    func(*Settings) // from the defaults
		warning   string          // in the one warning; "" for none
	}{
		{name: "nothing", raw: `null`},
		{name: "not an object", raw: `[1]`, warning: "must be a JSON object"},
		{name: "under its section", raw: `{"gloss": {"codeLens": false}}`, change: func(s *Settings) { s.CodeLens = false }},
		{name: "nested", raw: `{"inference": {"sampling": {"topK": 5}}}`, change: func(s *Settings) { s.Inference.Sampling.TopK = 5 }},
		{name: "duration", raw: `{"debounce": "1.5s"}`, change: func(s *Settings) { s.Debounce = Duration(1500 * time.Millisecond) }},
		{name: "milliseconds", raw: `{"debounce": 250}`, change: func(s *Settings) { s.Debounce = Duration(250 * time.Millisecond) }},
		{name: "huge duration", raw: `{"debounce": 1e300}`, warning: "out of range"},
		{name: "no duration", raw: `{"debounce": "soon"}`, warning: `"soon" is not a duration`},
		{name: "typo", raw: `{"codelens": true}`, warning: "did you mean gloss.codeLens?"},
		{name: "typo inside", raw: `{"inference": {"thread": 1}}`, warning: "did you mean gloss.inference.threads?"},
		{name: "unknown, as short as others", raw: `{"wat": true}`, warning: "unknown setting gloss.wat"},
		{name: "unknown", raw: `{"somethingElseEntirely": true}`, warning: "unknown setting gloss.somethingElseEntirely"},
		{name: "wrong type", raw: `{"minLines": "3"}`, warning: "expected integer"},
		{name: "out of range", raw: `{"minLines": 0}`, warning: "must lie between 1 and 1000"},
		{name: "no such value", raw: `{"refresh": "always"}`, warning: "none of onType, onSave, manual"},
		{name: "no such value in a list", raw: `{"kinds": ["function", "macro"]}`, warning: `"macro" is none of`},
		{name: "null is not set", raw: `{"minLines": null, "cache": null}`},
		{name: "a mistake does not spoil the rest", raw: `{"minLines": -1, "hover": false}`, change: func(s *Settings) { s.Hover = false }, warning: "minLines"},
		{name: "the user chooses what runs", raw: `{"model": "/models/m", "inference": {"library": "/lib/ort.so"}}`, change: func(s *Settings) {
			s.Model, s.Inference.Library = "/models/m", "/lib/ort.so"
		}},
		{name: "paths of the user's", raw: `{"model": "~/m", "cache": {"dir": "/c"}, "log": {"file": "~/l"}}`, change: func(s *Settings) {
			s.Model, s.Cache.Dir, s.Log.File = filepath.Join(home, "m"), "/c", filepath.Join(home, "l")
		}},
		{name: "a name is no path", raw: `{"model": "mytuned"}`, change: func(s *Settings) { s.Model = "mytuned" }},
		{name: "the workspace's model", raw: `{"model": "./mytuned"}`, warning: "a relative path would lead into the workspace"},
		{name: "the workspace's model, from elsewhere", raw: `{"model": "../w/mytuned"}`, warning: "a relative path"},
		{name: "another's home", raw: `{"model": "~evil/m"}`, warning: "a relative path"},
		{name: "a relative library", raw: `{"inference": {"library": "lib.so"}}`, warning: "a relative path"},
		{name: "a relative cache", raw: `{"cache": {"dir": "cache"}}`, warning: "gloss.cache.dir: a relative path"},
		{name: "a relative log", raw: `{"log": {"file": "gloss.log"}}`, warning: "gloss.log.file: a relative path"},
		{name: "a long text", raw: `{"model": "` + strings.Repeat("x", 900_000) + `"}`, warning: "it has 900000 bytes"},
		{name: "a long list", raw: `{"exclude": ["a"` + strings.Repeat(`,"a"`, 600) + `]}`, warning: "it has 601 entries"},
		{name: "a long glob", raw: `{"exclude": ["` + strings.Repeat("*", 5<<20) + `"]}`, warning: "an entry has 5242880 bytes"},
		{name: "a workspace does not choose the library", source: Workspace, raw: `{"inference": {"library": "./evil.so"}}`, warning: "a workspace may not set it"},
		{name: "nor the model", source: Workspace, raw: `{"model": "./evil"}`, warning: "a workspace may not set it"},
		{name: "nor one without a slash", source: Workspace, raw: `{"model": "evil"}`, warning: "a workspace may not set it"},
		{name: "the user shares with a team", raw: `{"cache": {"redis": {"url": "rediss://h", "keyFile": "~/k", "ttl": "48h", "readOnly": true}}}`, change: func(s *Settings) {
			s.Cache.Redis.URL, s.Cache.Redis.KeyFile, s.Cache.Redis.TTL, s.Cache.Redis.ReadOnly = "rediss://h", filepath.Join(home, "k"), Duration(48*time.Hour), true
		}},
		{name: "a workspace shares nothing", source: Workspace, raw: `{"cache": {"redis": {"url": "redis://evil"}}}`, warning: "a workspace may not set it"},
		{name: "nor the cache", source: Workspace, raw: `{"cache": {"dir": "/etc"}}`, warning: "a workspace may not set it"},
		{name: "nor the log", source: Workspace, raw: `{"log": {"file": "default"}}`, warning: "a workspace may not set it"},
		{name: "nor that code leaves", source: Workspace, raw: `{"backend": "openai"}`, warning: "a workspace may not set it"},
		{name: "nor where it goes", source: Workspace, raw: `{"openai": {"endpoints": ["http://evil.test/v1"]}}`, warning: "gloss.openai.endpoints decides"},
		{name: "nor who may read it", source: Workspace, raw: `{"openai": {"caFile": "/evil.pem"}}`, warning: "a workspace may not set it"},
		{name: "nor which key is sent", source: Workspace, raw: `{"openai": {"apiKeyEnv": "AWS_SECRET_ACCESS_KEY"}}`, warning: "a workspace may not set it"},
		{name: "nor how much at a time", source: Workspace, raw: `{"openai": {"concurrency": 200}}`, warning: "a workspace may not set it"},
		{name: "the user sends code", raw: `{"backend": "openai", "openai": {"endpoints": ["http://localhost:1/v1"], "model": "m", "apiKeyFile": "~/key"}}`, change: func(s *Settings) {
			s.Backend, s.OpenAI.Endpoints, s.OpenAI.Model, s.OpenAI.APIKeyFile = "openai", []string{"http://localhost:1/v1"}, "m", filepath.Join(home, "key")
		}},
		{name: "defaults of a workspace are no offence", source: Workspace, raw: `{"model": "", "inference": {"library": ""}, "cache": {"dir": ""}, "log": {"file": ""}}`},
		{name: "a password is not told", raw: `{"openai": {"endpoints": "https://u:secret@h/v1"}}`, warning: `found "https://…@h/v1"`},
		{name: "wishes beside the settings", raw: `{"experimental": {"glossRefresh": true}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.source == "" {
				tt.source = User
			}
			want := Default()
			if tt.change != nil {
				tt.change(&want)
			}
			got, warnings := Decode(Default(), []byte(tt.raw), tt.source)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			switch {
			case tt.warning == "" && len(warnings) > 0, tt.warning != "" && len(warnings) != 1:
				t.Errorf("warnings %q", warnings)
			case tt.warning != "" && (!strings.Contains(warnings[0], tt.warning) || len(warnings[0]) > 1000):
				t.Errorf("the warning is %q, without %q", warnings[0], tt.warning)
			case tt.warning != "" && strings.Contains(warnings[0], "did you mean") != strings.Contains(tt.warning, "did you mean"):
				t.Errorf("the warning %q guesses", warnings[0])
			}
		})
	}
}

// A workspace cannot have a log hold the password that its user's own settings do.
func TestRefusalTellsNoPassword(t *testing.T) {
	user := Default()
	user.Cache.Redis.URL = "redis://gloss:se/cret@h:6379"
	user.OpenAI.Endpoints = []string{"https://a/v1", "https://u:secret@h/v1"}
	_, warnings := Decode(user, []byte(`{"cache": {"redis": {"url": "redis://other"}}, "openai": {"endpoints": ["http://other"]}}`), Workspace)
	if said := strings.Join(warnings, "\n"); len(warnings) != 2 || strings.Contains(said, "cret") || !strings.Contains(said, "redis://…@h:6379") || !strings.Contains(said, "[https://a/v1 https://…@h/v1]") {
		t.Errorf("%s", said)
	}
}

// Whatever may stand in the settings costs little memory, and what may not is
// named a few times at most.
func TestHugeSettings(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	globs := make([]string, maxTexts)
	for i := range globs {
		globs[i] = fmt.Sprint(strings.Repeat("a*/**/", maxListedText/6-1), i)
	}
	encode := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	list := func(globs []string) []byte { return encode(map[string]any{"exclude": globs}) }
	s, warnings := Decode(Default(), list(globs), Workspace)
	if len(warnings) > 0 || len(s.Exclude) != len(globs) {
		t.Fatalf("%d globs, warnings %q", len(s.Exclude), warnings)
	}
	exclude := NewExclude(s.Exclude)
	if s, warnings = Decode(s, list(append(globs, "one more")), Workspace); len(warnings) != 1 || len(s.Exclude) != len(globs) {
		t.Errorf("%d globs, warnings %.300q", len(s.Exclude), warnings)
	}
	runtime.ReadMemStats(&after)
	if used := (after.HeapAlloc - before.HeapAlloc) >> 20; used > 200 {
		t.Errorf("%d MiB are in use", used)
	} else {
		t.Logf("%d MiB are in use", used)
	}
	runtime.KeepAlive(exclude)

	mistakes := map[string]any{}
	for i := range 10_000 {
		mistakes[fmt.Sprintf("%d-%s", i, strings.Repeat("x", 1000))] = i
	}
	_, warnings = Decode(Default(), encode(mistakes), Workspace)
	if said := strings.Join(warnings, ""); len(warnings) != maxWarnings || len(said) > 10_000 || !strings.Contains(said, "more mistakes") {
		t.Errorf("%d warnings of %d bytes", len(warnings), len(said))
	}
}

// FuzzDecodeSettings: whatever comes, the settings stay within their bounds,
// and a workspace does not get what it may not have.
func FuzzDecodeSettings(f *testing.F) {
	f.Add([]byte(`{"gloss":{"debounce":"1s","kinds":["type"],"inference":{"sampling":{"topP":0.5}},"model":"x"}}`))
	f.Add([]byte(`{"cache":{"dir":"x","maxSize":1e99},"log":{"level":"debug","file":"y"},"minLines":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, _ := Decode(Default(), raw, Workspace)
		d := Default()
		if s.Model != d.Model || s.Inference.Library != "" || s.Cache != d.Cache || s.Log.File != "" {
			t.Fatalf("a workspace set what it may not: %+v", s)
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if again, warnings := Decode(d, b, User); len(warnings) > 0 || !reflect.DeepEqual(again, s) {
			t.Fatalf("%s is not accepted again: %q", b, warnings)
		}
	})
}

func TestCompileGlob(t *testing.T) {
	for _, tt := range []struct {
		glob, path string
		want       bool
	}{
		{"vendor/**", "/home/u/p/vendor/x/a.go", true},
		{"vendor", "/p/vendor/a.go", true},
		{"vendor", "/p/vendors/a.go", false},
		{"**/vendor/**", "/vendor/a.go", true},
		{"*.pb.go", "/p/a.pb.go", true},
		{"*.pb.go", "/p/a.pb.gox", false},
		{"src/*/gen.go", "/p/src/a/gen.go", true},
		{"src/*/gen.go", "/p/src/a/b/gen.go", false},
		{"src/**/gen.go", "/p/src/gen.go", true},
		{"src/**/gen.go", "/p/src/a/b/gen.go", true},
		{"?.go", "/p/ab.go", false},
		{"a(b).go", "/p/a(b).go", true},
		{"[", "/p/[", true},
	} {
		if got := compileGlob(tt.glob).MatchString(tt.path); got != tt.want {
			t.Errorf("%q on %q: %v", tt.glob, tt.path, got)
		}
	}
}

// VS Code sends a user's settings twice, the second time as a workspace's: that
// is no offence, whatever a path is short for.
func TestUserSettingsComeTwice(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	raw := []byte(`{"model": "~/models/x", "cache": {"dir": "~/cache"}, "log": {"file": "~/log"}}`)
	s, warnings := Decode(Default(), raw, User)
	if len(warnings) > 0 || !filepath.IsAbs(s.Cache.Dir) {
		t.Fatalf("%q, warnings %q", s.Cache.Dir, warnings)
	}
	if again, warnings := Decode(s, raw, Workspace); len(warnings) > 0 || again.Cache.Dir != s.Cache.Dir {
		t.Errorf("%q, warnings %q", again.Cache.Dir, warnings)
	}
}
