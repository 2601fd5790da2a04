package prompt

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
)

var parsePort = Function{
	Language: "python",
	Name:     "parse_port",
	Code:     "def parse_port(text):\n\tport = int(text)  # never negative\n\tif not 0 < port < 65536:\n\t\traise _PortError(port)\n\treturn port",
}

// TestClean runs the cases of testdata/clean.txtar: a file holds an output and,
// after a line "->", the summary or the error's text.
func TestClean(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/clean.txtar")
	if err != nil {
		t.Fatal(err)
	}
	unescape := strings.NewReplacer(`\u202E`, "\u202E", `\u200B`, "\u200B", `\u00AD`, "\u00AD", `\u2028`, "\u2028", `\uFE0F`, "\uFE0F", `\uFFFD`, "\uFFFD", `\x1b`, "\x1b", `\x00`, "\x00", `\xff`, "\xff", `\r`, "\r")
	for _, file := range archive.Files {
		t.Run(file.Name, func(t *testing.T) {
			output, want, ok := strings.Cut(string(file.Data), "\n->\n")
			if !ok {
				t.Fatal("the case has no line \"->\"")
			}
			want = strings.TrimSuffix(want, "\n")
			got, err := Clean(unescape.Replace(output), parsePort)
			if err != nil {
				got = "error: " + err.Error()
			}
			if got != want {
				t.Errorf("Clean(%q)\n got %s\nwant %s", output, got, want)
			}
		})
	}
}

func TestCleanKeepsNameThatIsAVerb(t *testing.T) {
	for name, tests := range map[string]map[string]string{
		"Get":   {"Get returns the value.": "Returns the value.", "Get updates from the server.": "Gets updates from the server."},
		"Parse": {"Parse": "", "Parse the port.": "Parses the port."},
		"empty?": {
			"Calls empty?":             "Calls empty?.",
			"Returns whether it is x?": "Returns whether it is x.",
		},
	} {
		for output, want := range tests {
			if got, err := Clean(output, Function{Name: name, Code: name}); got != want || (err != nil) != (want == "") {
				t.Errorf("Clean(%q) of %s = %q, %v; want %q", output, name, got, err, want)
			}
		}
	}
}

func TestCleanErrors(t *testing.T) {
	for output, want := range map[string]error{
		"":               ErrEmpty,
		" \n\t\u200B":    ErrEmpty,
		"!!!":            ErrDegenerate,
		"parse_port":     ErrDegenerate,
		"the the the":    ErrDegenerate,
		"Parses \xff x.": ErrDegenerate,
		"# Summary":      ErrDegenerate,
	} {
		if got, err := Clean(output, parsePort); !errors.Is(err, want) || got != "" {
			t.Errorf("Clean(%q) = %q, %v; want %v", output, got, err, want)
		}
	}
}

func TestSentenceEnd(t *testing.T) {
	for _, s := range []string{
		"Returns x.| Then y.",
		"Returns 3.5 of os.File, e.g. for i.e. this.| Then",
		"Prints x, y, etc. and z.| Then",
		"Prints x etc.| Then",
		"Calls save! and empty? on it.| Then",
		"Is it so?| Then",
		"Returns the ... of x.| Then",
		"Returns (the x.)| Then",
		"Returns \"x.\"| Then",
		"返回端口。|然后",
		"Returns x.",
		"Returns x. ",
		"Returns 3.",
		"Splits at . and",
	} {
		first, rest, found := strings.Cut(s, "|")
		want := -1
		if found {
			want = len(first)
		}
		if got := sentenceEnd(first + rest); got != want {
			t.Errorf("sentenceEnd(%q) = %d, want %d", first+rest, got, want)
		}
	}
}

// FuzzClean checks what holds of every summary, whatever the model writes.
func FuzzClean(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/clean.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		f.Add(string(file.Data), parsePort.Name, parsePort.Code)
	}
	f.Fuzz(func(t *testing.T, output, name, code string) {
		fn := Function{Name: name, Code: code}
		got, err := Clean(output, fn)
		if err != nil {
			if got != "" || !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrDegenerate) {
				t.Fatalf("got %q with error %v", got, err)
			}
			return
		}
		if n := utf8.RuneCountInString(got); n == 0 || n > maxSummary || !utf8.ValidString(got) {
			t.Errorf("%q has %d characters, valid UTF-8 is %v", got, n, utf8.ValidString(got))
		}
		if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.In(r, unicode.Cf, unicode.Bidi_Control) }) || strings.Contains(got, "`") {
			t.Errorf("%q holds characters that no summary may hold", got)
		}
		if again, err := Clean(got, fn); again != got || err != nil {
			t.Errorf("Clean(%q) = %q, %v", got, again, err)
		}
	})
}

func BenchmarkClean(b *testing.B) {
	output, err := os.ReadFile("testdata/clean.txtar")
	if err != nil {
		b.Fatal(err)
	}
	for name, output := range map[string]string{
		"sentence": " parses a `port` from the given string and returns it.",
		"longest":  string(output),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = Clean(output, parsePort)
			}
		})
	}
}

// What goes in circles is cut, and what only looks so stays.
func TestCutCircle(t *testing.T) {
	for _, test := range []struct{ given, want string }{
		{"Returns the current indent of the current indent.", "Returns the current indent."},
		{"Adds extra files to the files.", "Adds extra files."},
		{"Applies the play range to the play range.", "Applies the play range."},
		{"Updates the codes of the codes in the given object.", "Updates the codes in the given object."},
		{"Gets the month of the month in this month.", "Gets the month."},
		{"Finishes the block, returning the body and the body.", "Finishes the block, returning the body."},
		{"Reverses a 'Word' over 'Word', returning the number of bytes.", "Reverses a 'Word', returning the number of bytes."},
		{"Maps the first, leaving the rest of the rest as they were.", "Maps the first, leaving the rest as they were."},
		{"Creates a Hocon from an Hocon, which can be built.", "Creates a Hocon, which can be built."},
		{"Closes the socket socket.", "Closes the socket."},
		{"Returns the mime type of the given type.", "Returns the mime type."},
		{"Converts socket.Addr to socket.Addr.", "Converts socket.Addr."},

		{"Appends a history line to history.", ""},
		{"Reads a file of the file list.", ""},
		{"Reads the file of the file's owner.", ""},
		{"Reads it line by line.", ""},
		{"Walks from node to node.", ""},
		{"Pushes another list into this list.", ""},
		{"Adds the first row to the row.", ""},
		{"Puts the given entry or entries there.", ""},
		{"Replaces the action with a new action.", ""},
		{"Waits a long long time.", ""},
		{"Returns the number of elements, as elements are counted.", ""},
		{"Returns true if a is b.", ""},
		{"Adds 1 to 1.", ""},
		{"Parses int, int and int.", ""},
	} {
		want := test.want
		if want == "" {
			want = test.given
		}
		if got, err := Clean(test.given, parsePort); got != want || err != nil {
			t.Errorf("Clean(%q)\n got %q, %v\nwant %q", test.given, got, err, want)
		}
	}
}
