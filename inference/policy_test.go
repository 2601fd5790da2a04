package inference

import "testing"

func TestUnworthy(t *testing.T) {
	f := Function{
		Language: "go", Name: "parseHeader",
		Code: "func parseHeader(raw []byte, conn net.Conn) (Header, error) {\n\tmaxSize := 4\n\tline, err := readLine(conn)\n}",
	}
	const (
		mark   = "it begins with a mark"
		open   = "a bracket or a quotation is left open"
		stops  = "it stops before it is finished"
		noTest = "it does not say that it is a test"
	)
	unknown := func(name string) string { return "it names " + name + ", which is nowhere in the code" }
	for text, want := range map[string]string{
		"":                             "",
		"Parses the header of a line.": "",

		"(Parses) the header.": mark,
		"- parses the header.": mark,
		"_raw is parsed.":      "",

		"Parses the header (of a line.":         open,
		"Parses a Map[String, List[Header].":    open,
		`Parses the "header of a line.`:         open,
		"Parses 1) the header.":                 open,
		`Parses the "header" (of [a] line).`:    "",
		"Parses the header of the user's line.": "",

		"Parses the header with.":                     stops,
		"Parses the header if.":                       stops,
		"Returns the line that the header belongs to": "",
		"Returns the first element of A.":             "",
		"Returns the first element of a.":             stops,
		"Returns the header as is.":                   "",
		"Returns what the header is.":                 "",
		"Returns the header is.":                      stops,
		"Returns where the header came from.":         "",
		"Returns the names that are mapped to.":       "",
		"Parses headers from raw.":                    "",

		"Reads at most maxSize bytes with readLine().":        "",
		"Reads at most max_size bytes of the net.Conn.":       "",
		"Reads a line of the HeaderPool into the userTable.":  "",
		"Reads a line with minSize.":                          unknown("minSize"),
		"Reads a line with min_size, if any.":                 unknown("min_size"),
		"Reads a line of the DMA.":                            unknown("DMA"),
		"Reads the RAW line.":                                 "",
		"Reads a line like scan().":                           unknown("scan()"),
		"Reads a line from 'os.File'.":                        unknown("os.File"),
		"Reads a list of [cats.Resource].":                    unknown("cats.Resource"),
		"Reads JSON, e.g. from GitHub, over IPv6 at 3.5 GHz.": "",
		"Reads a header: raw, or a line.":                     "",
		"Reads header/line and either-or.":                    "",
	} {
		if got := unworthy(text, f, []byte("header pool\nuser table")); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	test := Function{Language: "rust", Name: "header_is_kept", Code: "#[test]\nfn header_is_kept() {\n\tassert!(header());\n}"}
	for text, want := range map[string]string{
		"Returns true if the header is kept.": noTest,
		"Tests that the header is kept.":      "",
		"Checks that the header is kept.":     "",
		"Makes sure that a header is kept.":   "",
	} {
		if got := unworthy(text, test, nil); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	titled := Function{Language: "javascript", Name: "keeps the header", Code: "it('keeps the header', () => {\n\texpect(header())\n})"}
	if got := unworthy("Keeps the header.", titled, nil); got != noTest {
		t.Errorf("of a test with a title: %q, want %q", got, noTest)
	}
}
