package models

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pulled is a store with the hub's model in it.
func pulled(t *testing.T) (*Store, *fakeHub) {
	t.Helper()
	h := newFakeHub(t)
	s := h.store(t)
	if _, err := s.Pull(t.Context(), "tiny", h.options(h.client(t))); err != nil {
		t.Fatal(err)
	}
	return s, h
}

// other is a directory with a model that is in no catalog.
func other(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	files := fakeFiles(2)
	files["README.md"] = "not copied"
	files["onnx/model.onnx_data"] = "weights beside the graph"
	files["onnx/model_fp16.onnx"] = "another graph"
	write(t, dir, files)
	return dir
}

func TestUse(t *testing.T) {
	s, _ := pulled(t)
	folder := other(t, "folder")
	if got := s.InUse(); got != Default {
		t.Errorf("in an empty store %s is in use", got)
	}
	if _, _, err := s.UseBefore(); !errors.Is(err, ErrNoneBefore) {
		t.Errorf("UseBefore gave %v, want ErrNoneBefore", err)
	}
	back := "--back"
	for _, step := range []struct{ use, want, before string }{
		{"tiny", "tiny", Default},
		{"tiny", "tiny", Default}, // the model before it is still the other one
		{back, Default, "tiny"},
		{back, "tiny", Default},
		{folder, folder, "tiny"},
		{back, "tiny", folder},
		{Default, Default, "tiny"},
	} {
		use := func() (string, string, error) { return s.Use(step.use) }
		if step.use == back {
			use = s.UseBefore
		}
		now, before, err := use()
		if err != nil || now != step.want || before != step.before {
			t.Fatalf("use %s gave %s after %s, %v; want %s after %s", step.use, now, before, err, step.want, step.before)
		}
		m, err := s.Open("")
		if err != nil || m.Name != filepath.Base(step.want) {
			t.Errorf("Open without a name gave %v, %v, want %s", m, err, step.want)
		}
	}
	for _, ref := range []string{"nonsense", t.TempDir()} {
		if _, _, err := s.Use(ref); err == nil {
			t.Errorf("Use(%q) works", ref)
		}
	}
	if got := s.InUse(); got != Default {
		t.Errorf("after mistakes %s is in use", got)
	}
}

// Another description in the catalog makes it another model for the cache.
func TestHashOfDescription(t *testing.T) {
	s, _ := pulled(t)
	seen := map[string]bool{}
	for _, stop := range []string{"", "###"} {
		s.Catalog[0].Description.Stop = []string{stop}
		m, err := s.Open("tiny")
		if err != nil {
			t.Fatal(err)
		}
		h, err := m.Hash(t.Context())
		if err != nil || seen[h] {
			t.Errorf("with %q Hash gave %s, %v; want another", stop, h, err)
		}
		seen[h] = true
	}
}

// A model that has gone away says so, with both ways out.
func TestInUseIsGone(t *testing.T) {
	s, h := pulled(t)
	if _, _, err := s.Use("tiny"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(s.revision("tiny", h.entry.Revision)); err != nil {
		t.Fatal(err)
	}
	_, err := s.Open("")
	if err == nil || !strings.Contains(err.Error(), "gloss model pull tiny") || !strings.Contains(err.Error(), "gloss model use default") {
		t.Errorf("Open gave %v", err)
	}
	write(t, s.Root, map[string]string{"in-use.json": "{"})
	if m, err := s.Open(""); err != nil || m.Name != Default {
		t.Errorf("with a file that makes no sense, Open gave %v, %v", m, err)
	}
}

// A name is never a folder of the working directory, which may be anybody's:
// not the name of a model that is not installed, nor of one that is in use and
// gone.
func TestNameIsNoPath(t *testing.T) {
	s, _ := pulled(t)
	write(t, filepath.Join(t.TempDir(), "here"), map[string]string{"x": "y"})
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	write(t, dir, map[string]string{"tiny/config.json": `{}`, "untold/config.json": `{}`, "Untold/config.json": `{}`, "mytuned/config.json": `{}`})
	if m, err := s.Open("tiny"); err != nil || m.Dir == filepath.Join(dir, "tiny") || m.Description.Graph != graphPath {
		t.Errorf("Open gave %+v, %v; want the installed model", m, err)
	}
	if m, err := s.Open("./tiny"); err != nil || m.Dir != filepath.Join(dir, "tiny") {
		t.Errorf("Open gave %+v, %v; want the folder", m, err)
	}
	for _, ref := range []string{"untold", "Untold", "mytuned"} {
		if m, err := s.Open(ref); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "./"+ref) {
			t.Errorf("Open(%q) gave %+v, %v; want an error that says how to name the folder", ref, m, err)
		}
	}
	if _, err := s.Open("~/untold"); err != nil {
		t.Errorf("the folder in the user's home: %v", err)
	}
	if _, err := s.Import(t.Context(), other(t, "mytuned"), ImportOptions{Check: func(*Model) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Use("mytuned"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(s.Root, "mytuned")); err != nil {
		t.Fatal(err)
	}
	if m, err := s.Open(""); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "gloss model use default") {
		t.Errorf("Open of the model in use, which is gone, gave %+v, %v", m, err)
	}
	if _, err := s.Remove("tiny"); err != nil {
		t.Fatal(err)
	}
	wantAbsent(t, s)
}

func TestRemove(t *testing.T) {
	s, _ := pulled(t)
	folder := other(t, "mine")
	if _, err := s.Import(t.Context(), folder, ImportOptions{Check: func(*Model) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(s.Root, "empty"), s.partial("cut-off", "1")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, ref := range []string{"tiny", "mine", "tiny"} {
		if _, _, err := s.Use(ref); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name string
		done Removed
		want string // part of the error
	}{
		{name: Default, want: "cannot be removed"},
		{name: "nonsense", want: "no installed model"},
		{name: "../models", want: "cannot be a model's name"},
		{name: "mine", done: Removed{Installed: true}},
		{name: "mine", want: "no installed model"},
		{name: "empty", want: "no installed model"},
		{name: "cut-off"},
		{name: "cut-off", want: "no installed model"},
		{name: "tiny", done: Removed{Installed: true, WasInUse: true}},
		{name: "tiny", want: "not installed"},
	} {
		done, err := s.Remove(test.name)
		if done != test.done || (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("Remove(%q) gave %+v, %v; want %+v, %q", test.name, done, err, test.done, test.want)
		}
	}
	if got := s.InUse(); got != Default {
		t.Errorf("%s is in use", got)
	}
	if _, _, err := s.UseBefore(); !errors.Is(err, ErrNoneBefore) {
		t.Errorf("UseBefore gave %v; the removed models should be forgotten", err)
	}
	entries, err := os.ReadDir(s.Root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if n := e.Name(); n != "in-use.json" && n != ".locks" {
			t.Errorf("%s is left", n)
		}
	}
}

func TestList(t *testing.T) {
	s, h := pulled(t)
	missing := h.entry
	missing.Name = "another"
	s.Catalog = append(s.Catalog, missing)
	if _, err := s.Import(t.Context(), other(t, "mine"), ImportOptions{Check: func(*Model) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Use("mine"); err != nil {
		t.Fatal(err)
	}
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name                       string
		inUse, installed, catalogd bool
	}{{Default, false, true, false}, {"tiny", false, true, true}, {"another", false, false, true}, {"mine", true, true, false}}
	if len(list) != len(want) {
		t.Fatalf("List gave %+v", list)
	}
	for i, w := range want {
		l := list[i]
		if l.Name != w.name || l.InUse != w.inUse || l.Installed != w.installed || (l.Entry != nil) != w.catalogd || l.Bytes < 300_000 || !l.Exact {
			t.Errorf("List gave %+v, want %+v", l, w)
		}
	}
}

func TestImport(t *testing.T) {
	ok := func(*Model) error { return nil }
	for _, test := range []struct {
		name   string
		folder string            // its name
		change map[string]string // of the files of another model
		known  bool              // the folder holds the catalog's model
		o      ImportOptions
		as     string // the name in the end
		want   string // part of the error
	}{
		{name: "another", folder: "mine", o: ImportOptions{Check: ok}, as: "mine"},
		{name: "with a name", folder: "Mine Own", o: ImportOptions{Check: ok, Name: "own"}, as: "own"},
		{name: "upper case", folder: "Llama-1B", o: ImportOptions{Check: ok}, as: "llama-1b"},
		{name: "no name", folder: "Mine Own", o: ImportOptions{Check: ok}, want: "--name"},
		{name: "a bad name", folder: "mine", o: ImportOptions{Check: ok, Name: "../x"}, want: "cannot be a model's name"},
		{name: "the shipped one's name", folder: "default", o: ImportOptions{Check: ok}, want: "--name"},
		{name: "a name of the catalog", folder: "tiny", o: ImportOptions{Check: ok}, want: "not the tiny of the catalog"},
		{name: "for a name of the catalog", folder: "mine", o: ImportOptions{Check: ok, Name: "tiny"}, want: "is not tiny: onnx/model.onnx has the SHA-256"},
		{name: "cannot be used", folder: "mine", o: ImportOptions{Check: func(*Model) error { return errors.New("no tokenizer of ours") }}, want: "no tokenizer of ours"},
		{name: "no graph", folder: "mine", change: map[string]string{graphPath: ""}, o: ImportOptions{Check: ok}, want: "no ONNX graph"},
		{name: "no config", folder: "mine", change: map[string]string{"config.json": ""}, o: ImportOptions{Check: ok}, want: "config.json"},
		{name: "known", folder: "any name", known: true, as: "tiny"},
		{name: "known by name", folder: "x", known: true, o: ImportOptions{Name: "tiny"}, as: "tiny"},
		{name: "known with another config", folder: "x", known: true, change: map[string]string{"config.json": `{"vocab_size":9}`}, want: "has the graph of tiny, but config.json has 16 bytes"},
		{name: "known with another config, named", folder: "x", known: true, change: map[string]string{"config.json": `{"vocab_size":9}`}, o: ImportOptions{Name: "own", Check: ok}, as: "own"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newFakeHub(t)
			s := h.store(t)
			dir := filepath.Join(filepath.Dir(other(t, "unused")), test.folder)
			if test.known {
				write(t, dir, h.files)
			} else {
				dir = other(t, test.folder)
			}
			write(t, dir, test.change)
			got, err := s.Import(t.Context(), dir, test.o)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("Import gave %+v, %v; want an error with %q", got, err, test.want)
				}
				list, err := s.List()
				if err != nil || len(list) != 2 || list[1].Installed {
					t.Errorf("List gave %+v, %v; want nothing installed", list, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != test.as || got.Known != (test.as == "tiny") {
				t.Errorf("Import gave %+v, want %s", got, test.as)
			}
			m, err := s.Open(test.as)
			if err != nil || m.Name != test.as {
				t.Fatalf("Open gave %v, %v", m, err)
			}
			if _, problems, err := s.Verify(t.Context(), test.as); err != nil || len(problems) > 0 {
				t.Errorf("Verify gave %v, %v", problems, err)
			}
			if !test.known {
				before, err := openDirectory(dir)
				if err != nil {
					t.Fatal(err)
				}
				a, errA := before.Hash(t.Context())
				b, errB := m.Hash(t.Context())
				if errA != nil || errB != nil || a != b {
					t.Errorf("the copy is another model: %v, %v", errA, errB)
				}
				for file, want := range map[string]bool{"onnx/model.onnx_data": true, "README.md": false, "onnx/model_fp16.onnx": false} {
					if _, err := os.Stat(join(m.Dir, file)); (err == nil) != want {
						t.Errorf("%s was copied: %v, want %v", file, err == nil, want)
					}
				}
				if _, err := s.Import(t.Context(), dir, test.o); err == nil || !strings.Contains(err.Error(), "gloss model remove "+test.as) {
					t.Errorf("a second import gave %v", err)
				}
				write(t, m.Dir, map[string]string{"tokenizer.json": "other"})
				if _, problems, err := s.Verify(t.Context(), test.as); err != nil || len(problems) != 1 {
					t.Errorf("Verify gave %v, %v; want the file that was changed", problems, err)
				}
			}
		})
	}
}
