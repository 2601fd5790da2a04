package chunker

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestLongHeredoc opens heredocs that end the process in the grammar itself.
func TestLongHeredoc(t *testing.T) {
	const function = "def f(x)\n  y = x\n  y\nend\n"
	long := strings.Repeat("w", 300)
	language := LanguageByID("ruby")
	for _, text := range []string{
		"a = <<~\"" + long + "\n" + function,
		"a = <<-'" + long + "'\n" + function,
		"a = <<" + long + "\n" + function,
		"a = <<~" + strings.Repeat("ж", 200) + "\n" + function,
		"a = <<\"" + strings.Repeat("\n", 300) + "\"\n" + function,
	} {
		file, err := Parse(t.Context(), language, function, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Apply(t.Context(), text); err != nil {
			t.Error(err)
		}
		if len(file.Chunks()) == 0 {
			t.Errorf("%.20q: the function is gone", text)
		}
		file.Close()
	}
	short := "a = <<~\"EOS\"\n  text\nEOS\nb << \"x\"\n"
	if got := maskLongHeredocs(short); got != short {
		t.Errorf("an ordinary heredoc became %q", got)
	}
}

// TestDeepComments nests comments as deeply as ends the process in the grammar
// itself.
func TestDeepComments(t *testing.T) {
	text := "let f x =\n  let y = 1 in\n  y\n\n" + strings.Repeat("(* ", 300_000)
	for _, id := range []string{"ocaml", "ocaml.interface"} {
		file, err := Parse(t.Context(), LanguageByID(id), text, Options{})
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if err == nil {
			file.Close()
		}
	}
	const ordinary = "(* a (* b *) c *) let x = 1 (* d *)"
	if got := maskDeepComments(strings.Repeat(ordinary, 300)); got != strings.Repeat(ordinary, 300) {
		t.Error("ordinary comments are masked")
	}
}

// TestNestedFunctions holds that functions inside of functions do not take
// memory by the square of their depth.
func TestNestedFunctions(t *testing.T) {
	const depth = 2000
	text := strings.Repeat("function a(){\n", depth) + strings.Repeat("}\n", depth)
	file, err := Parse(t.Context(), LanguageByID("javascript"), text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	size := 0
	for _, c := range file.Chunks() {
		size += len(c.Text)
	}
	if most := 2 * maxDepth * len(text); len(file.Chunks()) == 0 || size > most {
		t.Errorf("%d chunks hold %d bytes, at most %d wanted", len(file.Chunks()), size, most)
	}
}

// TestHostileText holds that text on which a query would work for minutes ends
// at the timeout, in a new file and in an edited one.
func TestHostileText(t *testing.T) {
	const function = "def f(x):\n  y = x\n  return y\n"
	hostile := function + strings.Repeat("(", 900_000)
	language, options := LanguageByID("python"), Options{Timeout: 300 * time.Millisecond}
	if _, err := Parse(t.Context(), language, hostile, options); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Parse: %v", err)
	}
	file, err := Parse(t.Context(), language, function, options)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Apply(t.Context(), hostile); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Apply: %v", err)
	}
	if err := file.Apply(t.Context(), function+"\n"); err != nil || len(file.Chunks()) != 1 {
		t.Errorf("afterwards: %v, %d chunks", err, len(file.Chunks()))
	}
}
