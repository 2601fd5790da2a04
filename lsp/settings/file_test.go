package settings

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestSettingsFile(t *testing.T) {
	for name, test := range map[string]struct {
		text     string
		minLines int
		problem  string // of the file as a whole
	}{
		"as editors have it":     {`{"gloss": {"minLines": 5}}`, 5, ""},
		"comments and commas":    {"// mine\n{\n\t\"minLines\": 5, /* lines */\n}\n", 5, ""},
		"with a byte order mark": {"\ufeff{\"minLines\": 5}\r\n", 5, ""},
		"nothing":                {"", 3, "it is no JSON"},
		"cut off":                {"{\n\"minLines\": 5,\n", 3, "line 3"},
		"nested too deep":        {strings.Repeat("[", 64<<10), 3, "it is no JSON"},
	} {
		s, warnings, err := Read(Default(), []byte(test.text), User)
		if s.MinLines != test.minLines || len(warnings) > 0 || (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: minLines %d, %q, %v", name, s.MinLines, warnings, err)
		}
	}
}

// FuzzProjectFile holds that a project's file, which may be anybody's, chooses
// neither what runs nor where files go.
func FuzzProjectFile(f *testing.F) {
	for _, seed := range []string{`{"model": "./evil", "inference": {"library": "/evil.so", "threads": 2}}`, `{"cache": {"dir": "/etc", "maxSize": 1}, "log": {"file": "/x"},}`, `{"cache": {"redis": {"url": "redis://evil", "keyEnv": "HOME", "timeout": "5s"}}}`, `// c`, "\ufeff{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		was := Default()
		was.Model, was.Cache.Dir = "mine", "/mine"
		s, _, err := Read(was, bytes.Clone(text), Workspace)
		if err != nil && !reflect.DeepEqual(s, was) {
			t.Errorf("%v, and yet %+v", err, s)
		}
		if s.Model != was.Model && s.Model != Default().Model || s.Inference.Library != "" || s.Cache != was.Cache || s.Log.File != "" {
			t.Errorf("a project chose %+v", s)
		}
	})
}
