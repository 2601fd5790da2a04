package eval

import "testing"

func TestFind(t *testing.T) {
	f := Function{
		Name: "parseHeader",
		Code: "func parseHeader(raw []byte, conn net.Conn) (Header, error) {\n\tmaxSize := 4\n\tline, err := readLine(conn)\n}",
	}
	for _, test := range []struct {
		name, text string
		truncated  bool
		want       Flaws
	}{
		{"good", "Parses the first line of the connection.", false, Flaws{}},
		{"nothing", " ", true, Flaws{Empty: true}},

		{"a word three times", "Parses raw raw raw lines.", false, Flaws{Repeated: true, Circular: true}},
		{"a word twice", "Parses raw raw lines.", false, Flaws{Circular: true}},
		{"a word that may come twice", "Parses a long long line.", false, Flaws{}},
		{"said of itself", "Reads the first line of the first line.", false, Flaws{Circular: true}},
		{"a list", "Reads line, line and conn.", false, Flaws{}},
		{"from one to the next", "Reads from line to line.", false, Flaws{}},
		{"one by one", "Reads it line by line.", false, Flaws{}},
		{"a phrase twice", "Reads the line of the line of the conn.", false, Flaws{Repeated: true, Circular: true}},
		{"a phrase come back", "Reads a line into a line buffer until an error.", false, Flaws{}},
		{"a seventh said before", "Reads the raw line if the raw line ends.", false, Flaws{}},
		{"two sevenths said before", "Maps the big raw line to the big raw line.", false, Flaws{Repeated: true, Circular: true}},
		{"numbers", "Reads lines 0, 0, 0.", false, Flaws{}},

		{"at the bound", "Reads a line.", true, Flaws{Truncated: true}},
		{"ellipsis", "Reads a line from the…", false, Flaws{Truncated: true}},
		{"ends in the middle", "Reads a line from the.", false, Flaws{Truncated: true}},

		{"the name", "parse header", false, Flaws{NameOnly: true}},
		{"the name as a sentence", "Parses the given header.", false, Flaws{NameOnly: true}},
		{"nothing but filler", "Returns it.", false, Flaws{NameOnly: true}},
		{"more than the name", "Parses the header of a connection.", false, Flaws{}},

		{"about something else", "Draws a window.", false, Flaws{Ungrounded: true}},
		{"a longer word of the same stem", "Draws a parser.", false, Flaws{}},

		{"identifier of the code", "Reads at most maxSize bytes with readLine().", false, Flaws{}},
		{"identifier spelled otherwise", "Reads at most max_size bytes.", false, Flaws{}},
		{"identifier of elsewhere", "Reads a line with minSize.", false, Flaws{UnknownIdentifier: true}},
		{"call of elsewhere", "Reads a line like scan().", false, Flaws{UnknownIdentifier: true}},
		{"dotted", "Reads a line from os.File.", false, Flaws{UnknownIdentifier: true}},
		{"abbreviations and names", "Reads a line, e.g. JSON, from GitHub over IPv6.", false, Flaws{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Find(f, Output{Text: test.text, Truncated: test.truncated}); got != test.want {
				t.Errorf("%q: %+v, want %+v", test.text, got, test.want)
			}
		})
	}
}

func TestStem(t *testing.T) {
	for _, words := range [][]string{
		{"parse", "parses", "parsed", "parsing"},
		{"try", "tries"},
		{"set", "sets", "setting"},
		{"address", "addresses"},
		{"value", "values"},
		{"process", "processes", "processing"},
	} {
		for _, w := range words[1:] {
			if stem(w) != stem(words[0]) {
				t.Errorf("stem(%q) = %q, stem(%q) = %q", w, stem(w), words[0], stem(words[0]))
			}
		}
	}
}
