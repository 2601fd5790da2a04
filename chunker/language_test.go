package chunker

import (
	"strings"
	"testing"
)

func TestLanguageForFile(t *testing.T) {
	for _, test := range []struct{ path, head, want string }{
		{"a/b/main.go", "", "go"},
		{"X.PY", "", "python"},
		{"a.jsx", "", "javascript"},
		{"a.tsx", "", "typescriptreact"},
		{"a.d.mts", "", "typescript"},
		{"a.h", "int f(void);\n", "c"},
		{"a.h", "#pragma once\nnamespace n {\n", "cpp"},
		{"a.h", "#include <string>\n", "cpp"},
		{"a.h", "/*\n * A header with a long comment.\n" + strings.Repeat(" * More.\n", 1000) + " */\nstruct S {\n public:\n};\n", "cpp"},
		{"a.h", "/*\nclass of its own,\nusing nothing\n*/\nint f(void);\n", "c"},
		{"a.h", "#include <stdio.h>\nstruct a { int class; };\n", "c"},
		{"Rakefile", "", "ruby"},
		{"a.mli", "", "ocaml.interface"},
		{"run", "#!/bin/sh\n", "shellscript"},
		{"run", "#!/usr/bin/env python3.12\nx", "python"},
		{"run", "#!/usr/bin/env -S FOO=1 node --flag\n", "javascript"},
		{"run", "#!/usr/bin/ruby -w", "ruby"},
		{"run", "#!\n", ""},
		{"run", "#!/usr/bin/env\n", ""},
		{"README.md", "# Title", ""},
		{"", "", ""},
	} {
		got := ""
		if l := LanguageForFile(test.path, []byte(test.head)); l != nil {
			got = l.ID
		}
		if got != test.want {
			t.Errorf("LanguageForFile(%q, %q) = %q, want %q", test.path, test.head, got, test.want)
		}
	}
}

func TestLanguageByID(t *testing.T) {
	for id, want := range map[string]string{
		"go": "Go", "javascriptreact": "JavaScript", "typescriptreact": "TSX", "sh": "Bash", "bash": "Bash",
		"shellscript": "Bash", "csharp": "C#", "cpp": "C++", "ocaml.interface": "OCaml interface",
	} {
		if l := LanguageByID(id); l == nil || l.Name != want {
			t.Errorf("LanguageByID(%q) = %v, want %s", id, l, want)
		}
	}
	if l := LanguageByID("markdown"); l != nil {
		t.Errorf("LanguageByID(markdown) = %v", l)
	}
}

func TestLanguageNamed(t *testing.T) {
	for name, want := range map[string]string{
		"Bash": "shellscript", "sh": "shellscript", "py": "python", "js": "javascript", "ts": "typescript", "tsx": "typescriptreact",
		"golang": "go", "GO": "go", "c++": "cpp", "C#": "csharp", "cs": "csharp", "rs": "rust", "hs": "haskell", "OCaml interface": "ocaml.interface", "h": "c",
		"": "", ".py": "", "klingon": "",
	} {
		got := ""
		if l := LanguageNamed(name); l != nil {
			got = l.ID
		}
		if got != want {
			t.Errorf("LanguageNamed(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestLanguages's archives name one language each; no two rows may claim one
// extension, name or id.
func TestNoTwoLanguagesClaimOneName(t *testing.T) {
	owner := map[string]string{}
	claim := func(l *Language, kind string, names ...string) {
		for _, name := range names {
			if other, taken := owner[kind+name]; taken {
				t.Errorf("%s and %s both claim the %s %q", other, l.ID, kind, name)
			}
			owner[kind+name] = l.ID
		}
	}
	for _, l := range Languages() {
		claim(l, "id ", append(l.aliases, l.ID)...)
		claim(l, "extension ", l.extensions...)
		claim(l, "file name ", l.filenames...)
		claim(l, "interpreter ", l.interpreters...)
	}
}
