package main

import (
	"testing"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference/reference"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

func TestPairOf(t *testing.T) {
	const code = "func ParsePort(s string) (int, error) {\n\treturn strconv.Atoi(s)\n}\n// and so on, for eighty bytes"
	for _, test := range []struct {
		language, name, doc string
		want                string // reference
		tier                corpus.Tier
		why                 reference.Reason
	}{
		{"go", "ParsePort", "ParsePort parses a port number from s.", "Parses a port number from s.", corpus.Strict, reference.None},
		{"python", "parse_port", "Parse a port number from the string", "Parses a port number from the string.", corpus.Strict, reference.None},
		{"go", "Splice", "Splice interleaves the two given lists.", "Interleaves the two given lists.", corpus.Strict, reference.None},
		{"c", "curl_splice", "curl_splice() - interleaves the two given lists", "Interleaves the two given lists.", corpus.Strict, reference.None},
		{"ruby", "walk", "Recursively walks the whole tree of nodes.", "Recursively walks the whole tree of nodes.", corpus.Strict, reference.None},
		{"java", "getPort", "Returns the port of the server.", "Returns the port of the server.", corpus.Strict, reference.None},
		{"java", "getPort", "Parses server configuration.", "Parses server configuration.", corpus.Strict, reference.None},
		{"java", "getServerPort", "Gets server port.", "Gets server port.", corpus.Loose, reference.None},
		{"java", "getServerPort", "Gets the current server port.", "Gets the current server port.", corpus.Loose, reference.None},
		{"java", "getPort", "The port number of this server.", "The port number of this server.", corpus.Loose, reference.None},
		{"java", "getPort", "Options for the given port.", "Options for the given port.", corpus.Loose, reference.None},
		{"go", "f", "Walks a tree, a b c d e f g h i j k l m n o p q r s t.", "Walks a tree, a b c d e f g h i j k l m n o p q r s t.", corpus.Loose, reference.None},
		{"go", "f", "The tree of it, a b c d e f g h i j k l m n o p q r s.", "", "", reference.NoVerb},
		{"go", "f", "Walks a tree, a b c d e f g h i j k l m n o p q r s t u v w x y.", "", "", reference.WordCount},
		{"java", "getPort", "The server port.", "", "", reference.NoVerb},
		{"java", "getPort", "Parses it.", "", "", reference.WordCount},
		{"python", "f", "Returns x == y for all the values.", "", "", reference.NotProse},
		{"python", "f", "Gibt den Port des Servers zurück.", "", "", reference.NotProse},
		{"python", "f", "Returns the licence of the given file.", "", "", reference.Boilerplate},
		{"csharp", "Foo", "Initializes a new instance of the Foo class.", "", "", reference.Boilerplate},
		{"go", "f", "Returns the value, see also issue #4711 of it.", "", "", reference.Boilerplate},
		{"go", "f", "Returns the first of all the values which have been handed over to this function before it was called by the…", "", "", reference.Unclean},
		{"python", "parse_port", "", "Parses the port.", corpus.Name, reference.None},
		{"go", "f", "", "", "", undocumented},
	} {
		got, why := pairOf(test.language, chunker.Chunk{Name: test.name, Container: "Server", Doc: test.doc, Text: code, Kind: chunker.Function})
		if why != test.why || got.Reference != test.want || got.Tier != test.tier {
			t.Errorf("%s %s %q: got %q, %s, %q; want %q, %s, %q", test.language, test.name, test.doc, got.Reference, got.Tier, why, test.want, test.tier, test.why)
		}
		if why == reference.None && got.Container != "Server" {
			t.Errorf("%s %q is in %q", test.name, test.doc, got.Container)
		}
	}
}

func TestPairOfCode(t *testing.T) {
	const doc = "Parses a port number from s."
	for name, text := range map[string]string{
		"short": "f() {}",
		"long":  string(make([]byte, 9<<10)),
	} {
		if _, why := pairOf("go", chunker.Chunk{Name: "f", Doc: doc, Text: text}); why != reference.CodeLength {
			t.Errorf("%s: %q", name, why)
		}
	}
	short := chunker.Chunk{Name: "parsePort", Text: "func parsePort(s string) (int, error)"}
	if _, why := pairOf("go", short); why != reference.CodeLength {
		t.Errorf("little code and no doc comment: %q", why)
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
