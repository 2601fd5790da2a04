package chunker

import (
	"slices"
	"strings"
	"testing"
)

const carried = `package p

// One says one.
func One() int {
	a := 1
	return a
}

func Two() int {
	b := 2
	return b
}

func Three() int {
	c := 3
	return c
}
`

func TestCarry(t *testing.T) {
	f, err := Parse(t.Context(), LanguageByID("go"), carried, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, tt := range []struct {
		name, old, new string
		want           string // the names, "?" behind those of unknown content
	}{
		{"nothing", "", "", "One Two Three"},
		{"before", "package p", "package longer", "One Two Three"},
		{"behind", "return c\n}\n", "return c\n}\n\nvar x = 1\n", "One Two Three"},
		{"between", "}\n\nfunc Three", "}\n\n// Words.\n\nfunc Three", "One Two Three"},
		{"at the border", "}\n\nfunc Three", "} \n\nfunc Three", "One Two Three"},
		{"in a body", "b := 2", "b := \"", "One Two? Three"},
		{"in a head", "Two() int", "Two() (int, error)", "One Two? Three"},
		{"in a doc comment", "says one", "says", "One? Two Three"},
		{"the name", "func Two", "func Twice", "One Three"},
		{"across functions", "a\n}\n\nfunc Two() int {\n\tb := 2\n\treturn", "", "Three"},
		{"everything", carried, "", ""},
		{"at two places", "a := 1;c := 3", "a := `;c := 30", "One? Two Three?"},
		{"at places next to one another", "a := 1;b := 2", "a := `;b := 20", "One? Two? Three"},
		{"one deleted, one changed", "func One() int {\n\ta := 1\n\treturn a\n}\n;c := 3", ";c := 30", "Two Three?"},
	} {
		after := carried
		old, now := strings.Split(tt.old, ";"), strings.Split(tt.new, ";")
		for i := range old {
			after = strings.Replace(after, old[i], now[i], 1)
		}
		var got []string
		for _, c := range Carry(f.Chunks(), carried, after) {
			if name := after[c.NameRange.Start:c.NameRange.End]; name != c.Name {
				t.Errorf("%s: %q stands where %q should", tt.name, name, c.Name)
			}
			if text := after[c.Range.Start:c.Range.End]; !strings.HasPrefix(text, "func "+c.Name) || !strings.HasSuffix(text, "\n}") {
				t.Errorf("%s: %s spans %q", tt.name, c.Name, text)
			}
			if body := after[c.BodyRange.Start:c.BodyRange.End]; !strings.HasPrefix(body, "{") {
				t.Errorf("%s: the body of %s is %q", tt.name, c.Name, body)
			}
			name := c.Name
			if c.Key == (Key{}) {
				name += "?"
			}
			got = append(got, name)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// FuzzCarry: whatever becomes of the text, what is carried stands inside of it,
// with its name, and what is said to be unchanged is.
func FuzzCarry(f *testing.F) {
	f.Add(uint16(10), uint16(40), "func X() {\n")
	f.Add(uint16(0), uint16(0), "\n")
	f.Add(uint16(90), uint16(1), "")
	file, err := Parse(f.Context(), LanguageByID("go"), carried, Options{})
	if err != nil {
		f.Fatal(err)
	}
	chunks := slices.Clone(file.Chunks())
	file.Close()
	f.Fuzz(func(t *testing.T, at, length uint16, insert string) {
		start := min(int(at), len(carried))
		end := min(start+int(length), len(carried))
		after := carried[:start] + insert + carried[end:]
		for _, c := range Carry(chunks, carried, after) {
			if after[c.NameRange.Start:c.NameRange.End] != c.Name || c.NameRange.Start < c.Range.Start || c.NameRange.End > c.Range.End {
				t.Fatalf("%+v in %q", c, after)
			}
			i := slices.IndexFunc(chunks, func(o Chunk) bool { return o.Name == c.Name })
			was := chunks[i].Range
			if c.Key == chunks[i].Key && after[c.Range.Start:c.Range.End] != carried[was.Start:was.End] {
				t.Fatalf("%s has changed in %q", c.Name, after)
			}
		}
	})
}
