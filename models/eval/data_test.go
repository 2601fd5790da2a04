package eval

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	in := `{"language":"go","code":"func f() {}","reference":"Does.","more":1,"name":"f"}

{"language":"go","code":" ","reference":"Does."}
{"language":
["go"]
{"language":"c","code":"f","reference":"Does.","grades":{"Does.":1}}
{"language":"c","code":"f","reference":"Does.","grades":{"Does.":3}}`
	functions, bad, err := Read(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	want := []Function{
		{Language: "go", Code: "func f() {}", Reference: "Does.", Name: "f", Line: 1},
		{Language: "c", Code: "f", Reference: "Does.", Grades: map[string]Grade{"Does.": Right}, Line: 6},
	}
	if diff := cmp.Diff(want, functions); diff != "" {
		t.Errorf("functions (-want +got):\n%s", diff)
	}
	var said []string
	for _, e := range bad {
		said = append(said, e.Error())
	}
	for i, part := range []string{`line 3: "code" is missing`, "line 4: not a JSON object", "line 5: not a JSON object", "line 7: the grade of \"Does.\" is 3"} {
		if i >= len(said) || !strings.Contains(said[i], part) {
			t.Errorf("errors are %q, want one with %q", said, part)
		}
	}
	if _, _, err := Read(strings.NewReader("\n" + strings.Repeat("x", maxLine+1))); err == nil || !strings.Contains(err.Error(), "line 2: longer") {
		t.Errorf("a line too long: %v", err)
	}
}

func TestLimit(t *testing.T) {
	var functions []Function
	for i := range 20 {
		functions = append(functions, Function{Language: []string{"go", "c"}[i%2], Line: i})
	}
	limited := Limit(functions, 3)
	if len(limited) != 6 || describe(limited).Languages["go"] != 3 {
		t.Errorf("limited to %+v", limited)
	}
	if diff := cmp.Diff(limited, Limit(functions, 3)); diff != "" {
		t.Errorf("another time:\n%s", diff)
	}
}

// FuzzRead holds that any bytes are read without a panic, and that what is
// read can be measured.
func FuzzRead(f *testing.F) {
	f.Add(`{"language":"go","code":"func f() {}","reference":"Does."}`)
	f.Add("{\"language\":\"go\",\"code\":\"f\",\"reference\":\"é_1 ...\"}\n{\"language\":\"\"}\nnull\n")
	f.Fuzz(func(t *testing.T, in string) {
		functions, bad, err := Read(strings.NewReader(in))
		if err != nil {
			t.Skip()
		}
		if lines := 1 + strings.Count(in, "\n"); len(functions)+len(bad) > lines {
			t.Fatalf("%d functions and %d errors in %d lines", len(functions), len(bad), lines)
		}
		s := System{Kind: Model, Outputs: make([]Output, len(functions))}
		for i, f := range functions {
			s.Outputs[i].Text = f.Code
			if score := BLEU(f.Reference, f.Reference); score < 0.999 {
				t.Fatalf("BLEU of %q with itself is %v", f.Reference, score)
			}
			if rouge := RougeL(f.Reference, f.Code); rouge < 0 || rouge > 1 {
				t.Fatalf("RougeL is %v", rouge)
			}
		}
		if r := measure(functions, s.Outputs); len(r) != len(functions) {
			t.Fatalf("%d of %d measured", len(r), len(functions))
		}
	})
}
