package main

import (
	"testing"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

func TestPairOf(t *testing.T) {
	const code = "func ParsePort(s string) (int, error) {\n\treturn strconv.Atoi(s)\n}\n// and so on, for eighty bytes"
	for _, test := range []struct {
		language, name, doc string
		want                string // reference
		tier                corpus.Tier
		why                 reason
	}{
		{"go", "ParsePort", "ParsePort parses a port number from s.", "Parses a port number from s.", corpus.Strict, kept},
		{"python", "parse_port", "Parse a port number from the string", "Parses a port number from the string.", corpus.Strict, kept},
		{"go", "Splice", "Splice interleaves the two given lists.", "Interleaves the two given lists.", corpus.Strict, kept},
		{"c", "curl_splice", "curl_splice() - interleaves the two given lists", "Interleaves the two given lists.", corpus.Strict, kept},
		{"ruby", "walk", "Recursively walks the whole tree of nodes.", "Recursively walks the whole tree of nodes.", corpus.Strict, kept},
		{"java", "getPort", "Returns the port of the server.", "Returns the port of the server.", corpus.Strict, kept},
		{"java", "getPort", "Parses server configuration.", "Parses server configuration.", corpus.Strict, kept},
		{"java", "getServerPort", "Gets server port.", "Gets server port.", corpus.Loose, kept},
		{"java", "getServerPort", "Gets the current server port.", "Gets the current server port.", corpus.Loose, kept},
		{"java", "getPort", "The port number of this server.", "The port number of this server.", corpus.Loose, kept},
		{"java", "getPort", "Options for the given port.", "Options for the given port.", corpus.Loose, kept},
		{"go", "f", "Walks a tree, a b c d e f g h i j k l m n o p q r s t.", "Walks a tree, a b c d e f g h i j k l m n o p q r s t.", corpus.Loose, kept},
		{"go", "f", "The tree of it, a b c d e f g h i j k l m n o p q r s.", "", "", noVerb},
		{"go", "f", "Walks a tree, a b c d e f g h i j k l m n o p q r s t u v w x y.", "", "", wordCount},
		{"java", "getPort", "The server port.", "", "", noVerb},
		{"java", "getPort", "Parses it.", "", "", wordCount},
		{"python", "f", "Returns x == y for all the values.", "", "", notProse},
		{"python", "f", "Gibt den Port des Servers zurück.", "", "", notProse},
		{"python", "f", "Returns the licence of the given file.", "", "", boilerplate},
		{"csharp", "Foo", "Initializes a new instance of the Foo class.", "", "", boilerplate},
		{"go", "f", "Returns the value, see also issue #4711 of it.", "", "", boilerplate},
		{"go", "f", "Returns the first of all the values which have been handed over to this function before it was called by the…", "", "", unclean},
		{"python", "parse_port", "", "Parses the port.", corpus.Name, kept},
		{"go", "f", "", "", "", undocumented},
	} {
		got, why := pairOf(test.language, chunker.Chunk{Name: test.name, Container: "Server", Doc: test.doc, Text: code, Kind: chunker.Function})
		if why != test.why || got.Reference != test.want || got.Tier != test.tier {
			t.Errorf("%s %s %q: got %q, %s, %q; want %q, %s, %q", test.language, test.name, test.doc, got.Reference, got.Tier, why, test.want, test.tier, test.why)
		}
		if why == kept && got.Container != "Server" {
			t.Errorf("%s %q is in %q", test.name, test.doc, got.Container)
		}
	}
}

func TestPairOfCode(t *testing.T) {
	const doc = "Parses a port number from s."
	for name, text := range map[string]string{
		"short": "f() {}",
		"long":  string(make([]byte, maxCode+1)),
	} {
		if _, why := pairOf("go", chunker.Chunk{Name: "f", Doc: doc, Text: text}); why != codeLength {
			t.Errorf("%s: %q", name, why)
		}
	}
	short := chunker.Chunk{Name: "parsePort", Text: "func parsePort(s string) (int, error)"}
	if _, why := pairOf("go", short); why != codeLength {
		t.Errorf("little code and no doc comment: %q", why)
	}
}

func TestSkippedPath(t *testing.T) {
	for path, want := range map[string]bool{
		"src/parse.go":                  false,
		"lib/testing_tools.py":          false,
		"contest/main.c":                false,
		"lib/latest/main.c":             false,
		"src/parse_test.go":             true,
		"tests/parse.py":                true,
		"src/unit-tests/parse.cc":       true,
		"src/test_parse.py":             true,
		"src/ParseTests.cs":             true,
		"src/parse.test.ts":             true,
		"types/index.d.ts":              true,
		"src/pip/_vendor/rich/a.py":     true,
		"third_party/zlib/inflate.c":    true,
		"api/service.pb.go":             true,
		"x-pack/lib/license_reader.rb":  true,
		"pkg/apis/zz_generated.deep.go": true,
	} {
		if got := skippedPath.MatchString(path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}

func TestCopyleft(t *testing.T) {
	for head, want := range map[string]bool{
		"// Licensed under the Apache License, Version 2.0":      false,
		"/* under the terms of the GNU\n General Public License": true,
		"// SPDX-License-Identifier: LGPL-2.1-or-later":          true,
		"# released under the GPLv2":                             true,
	} {
		if got := copyleft.MatchString(head); got != want {
			t.Errorf("%q: %v, want %v", head, got, want)
		}
	}
}

func TestOnlyName(t *testing.T) {
	for _, test := range []struct {
		sentence, name string
		want           bool
	}{
		{"Parses the header.", "parseHeader", true},
		{"Returns the current list entries.", "list_entry", true},
		{"Parses the header line.", "parseHeader", false},
		{"Gets the HTTP client of the server.", "HTTPClient", false},
	} {
		if got := onlyName(test.sentence, test.name); got != test.want {
			t.Errorf("%q for %s: %v, want %v", test.sentence, test.name, got, test.want)
		}
	}
}
