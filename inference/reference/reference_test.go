package reference

import "testing"

func TestIsProduct(t *testing.T) {
	for path, other := range map[string]bool{
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
		if got := IsProduct(path); got == other {
			t.Errorf("%s: %v", path, got)
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
