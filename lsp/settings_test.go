package lsp

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the files that are generated or expected")

func TestSettingsDocIsCommitted(t *testing.T) {
	const file = "../docs/settings.md"
	if *update {
		if err := os.WriteFile(file, []byte(SettingsDoc()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != SettingsDoc() {
		t.Errorf("%s is not what the settings say; run: go test ./lsp -run %s -update", file, t.Name())
	}
}

func TestEverySettingIsDescribedAndDecodes(t *testing.T) {
	for _, f := range SettingFields() {
		if f.Doc == "" || f.Type == "" {
			t.Errorf("%s has no description", f.Name)
		}
		// The default goes through the decoder and its bounds.
		raw := f.Default
		path := strings.Split(f.Name, ".")
		for i := len(path) - 1; i >= 0; i-- {
			raw = `{"` + path[i] + `":` + raw + `}`
		}
		got, warnings := decodeSettings(DefaultSettings(), []byte(raw), fromUser)
		if len(warnings) > 0 || !reflect.DeepEqual(got, DefaultSettings()) {
			t.Errorf("%s decodes to %+v, warnings %q", raw, got, warnings)
		}
	}
}

func TestDecodeSettings(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		source    settingsSource
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
		{name: "a workspace does not choose the library", source: fromWorkspace, raw: `{"inference": {"library": "./evil.so"}}`, warning: "a workspace may not set it"},
		{name: "nor the model", source: fromWorkspace, raw: `{"model": "./evil"}`, warning: "a workspace may not set it"},
		{name: "nor one without a slash", source: fromWorkspace, raw: `{"model": "evil"}`, warning: "a workspace may not set it"},
		{name: "nor the cache", source: fromWorkspace, raw: `{"cache": {"dir": "/etc"}}`, warning: "a workspace may not set it"},
		{name: "nor the log", source: fromWorkspace, raw: `{"log": {"file": "default"}}`, warning: "a workspace may not set it"},
		{name: "defaults of a workspace are no offence", source: fromWorkspace, raw: `{"model": "", "inference": {"library": ""}, "cache": {"dir": ""}, "log": {"file": ""}}`},
		{name: "wishes beside the settings", raw: `{"experimental": {"glossRefresh": true}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.source == "" {
				tt.source = fromUser
			}
			want := DefaultSettings()
			if tt.change != nil {
				tt.change(&want)
			}
			got, warnings := decodeSettings(DefaultSettings(), []byte(tt.raw), tt.source)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			switch {
			case tt.warning == "" && len(warnings) > 0, tt.warning != "" && len(warnings) != 1:
				t.Errorf("warnings %q", warnings)
			case tt.warning != "" && !strings.Contains(warnings[0], tt.warning):
				t.Errorf("the warning is %q, without %q", warnings[0], tt.warning)
			}
		})
	}
}

// FuzzDecodeSettings: whatever comes, the settings stay within their bounds,
// and a workspace does not get what it may not have.
func FuzzDecodeSettings(f *testing.F) {
	f.Add([]byte(`{"gloss":{"debounce":"1s","kinds":["type"],"inference":{"sampling":{"topP":0.5}},"model":"x"}}`))
	f.Add([]byte(`{"cache":{"dir":"x","maxSize":1e99},"log":{"level":"debug","file":"y"},"minLines":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, _ := decodeSettings(DefaultSettings(), raw, fromWorkspace)
		d := DefaultSettings()
		if s.Model != d.Model || s.Inference.Library != "" || s.Cache.Dir != "" || s.Log.File != "" {
			t.Fatalf("a workspace set what it may not: %+v", s)
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if again, warnings := decodeSettings(d, b, fromUser); len(warnings) > 0 || !reflect.DeepEqual(again, s) {
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
