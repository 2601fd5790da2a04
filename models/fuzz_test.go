package models

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"
)

// FuzzHeaders reads what a server may say about a file.
func FuzzHeaders(f *testing.F) {
	f.Add("bytes 5-9/10", "120")
	f.Add("bytes 0-0/*", "Fri, 02 Jan 2026 03:05:05 GMT")
	f.Fuzz(func(t *testing.T, span, after string) {
		first, total, err := parseContentRange(span)
		if err == nil && (first < 0 || total != -1 && total <= first) {
			t.Errorf("Content-Range %q is %d of %d", span, first, total)
		}
		if d := parseRetryAfter(after, time.Unix(0, 0)); d < 0 {
			t.Errorf("Retry-After %q is %s", after, d)
		}
	})
}

// FuzzManifest reads the file that an import leaves. Whatever it says, Verify
// stays inside the model's folder.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"files":[{"path":"config.json","size":3,"sha256":"9ca9acddb6525a194ec8ac7a87f24fbba7232a9a15ffa1af0c1224fcd888e47c"}]}`))
	f.Add([]byte(`{"files":[{"path":"../x","size":-1,"sha256":""}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseManifest(b)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if rel, err := filepath.Rel("root", join("root", file.Path)); err != nil || !filepath.IsLocal(rel) {
				t.Errorf("%q leads out of the model", file.Path)
			}
		}
		if again, err := json.Marshal(m); err != nil {
			t.Error(err)
		} else if _, err := parseManifest(again); err != nil {
			t.Errorf("%s is not read again: %v", again, err)
		}
	})
}

// FuzzSelection reads the file that says which model is in use: the answer is
// always one that can be opened or named in an error.
func FuzzSelection(f *testing.F) {
	f.Add([]byte(`{"model":"tiny","before":"default"}`))
	f.Add([]byte(`{"model":"../etc"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		sel := parseSelection(b)
		if !usable(sel.Model) || sel.Before != "" && !usable(sel.Before) || sel.Before == sel.Model {
			t.Errorf("%q is read as %+v", b, sel)
		}
	})
}
