package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// newTestSheet is a sheet of three functions and three systems.
func newTestSheet(t testing.TB) (*Sheet, string) {
	t.Helper()
	var functions []Function
	systems := []System{{Name: "good", Kind: Model}, {Name: "bad", Kind: Model}, {Name: "name", Kind: Baseline}, {Name: "reference", Kind: Reference}}
	for i := range 3 {
		functions = append(functions, Function{Language: "go", Name: fmt.Sprintf("f%d", i), Code: "func f() {\n[1] A: no line\n## 9. no title\n}"})
		for j := range systems {
			text := fmt.Sprintf("%s %d.", systems[j].Name, i)
			if i == 2 && systems[j].Kind == Model {
				text = "" // the models agree
			}
			systems[j].Outputs = append(systems[j].Outputs, Output{Text: text})
		}
	}
	s, err := NewSheet(functions, systems, 3)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := s.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return s, b.String()
}

// fill gives each line of a sheet the rank that rank returns for its text.
func fill(sheet string, rank func(text string) string) string {
	return regexp.MustCompile(`(?m)^\[ \] ([A-Z]): (.*)$`).ReplaceAllStringFunc(sheet, func(line string) string {
		return "[" + rank(line[len("[ ] A: "):]) + line[len("[ "):]
	})
}

func TestSheet(t *testing.T) {
	s, text := newTestSheet(t)
	for _, secret := range []string{"f0", "f1"} {
		if strings.Contains(text, secret) {
			t.Errorf("the sheet says %q", secret)
		}
	}
	if strings.Contains(text, "reference 0") {
		t.Error("the author's sentence is on the sheet")
	}
	filled := fill(text, func(text string) string {
		switch {
		case strings.HasPrefix(text, "good"):
			return "1"
		case strings.HasPrefix(text, "bad"):
			return " 7"
		case text == nothing:
			return "2"
		}
		return "2 "
	})
	ranking, err := ReadRanking(strings.NewReader(filled))
	if err != nil {
		t.Fatalf("%v in\n%s", err, filled)
	}
	encoded, err := json.Marshal(s.Key())
	if err != nil {
		t.Fatal(err)
	}
	key, err := ReadKey(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	scores, err := Score(ranking, key)
	if err != nil {
		t.Fatal(err)
	}
	if scores.Functions != 3 || scores.Of != 3 {
		t.Errorf("%d of %d functions", scores.Functions, scores.Of)
	}
	// In the third function all three have the rank 2 and share place 2.
	want := map[string]float64{"good": (1 + 1 + 2) / 3.0, "name": 2, "bad": (3 + 3 + 2) / 3.0}
	var order []string
	for _, system := range scores.Systems {
		order = append(order, system.Name)
		if math.Abs(system.Rank.Value-want[system.Name]) > 1e-9 {
			t.Errorf("%s has the mean rank %v, want %v", system.Name, system.Rank.Value, want[system.Name])
		}
	}
	if !slices.Equal(order, []string{"good", "name", "bad"}) {
		t.Errorf("the order is %v", order)
	}
	for _, p := range scores.Pairs {
		if p.A == "good" && p.B == "bad" && (math.Abs(p.Wins.Value-250.0/3) > 1e-9 || p.Ties != 1) {
			t.Errorf("good before bad: %+v", p)
		}
	}
	if len(scores.Pairs) != 3 {
		t.Errorf("%d pairs", len(scores.Pairs))
	}
}

func TestReadRankingErrors(t *testing.T) {
	_, text := newTestSheet(t)
	all := func(rank string) func(string) string { return func(string) string { return rank } }
	for _, test := range []struct {
		name, sheet string
		want        string // part of the error of reading or of scoring
	}{
		{"empty", "", "title is missing"},
		{"nothing ranked", text, "no function of the sheet is ranked"},
		{"no number", fill(text, all("x")), `line 14: "x" is no rank`},
		{"zero", fill(text, all("0")), "is no rank"},
		{"half filled", strings.Replace(text, "[ ] A", "[1] A", 1), "function 1 has 1 of 3 lines ranked"},
		{"another letter", strings.Replace(text, "[ ] B", "[ ] C", 1), "line C stands where line B"},
		{"a function less", text[:strings.Index(text, "\n## 2.")] + text[strings.Index(text, "\n## 3."):], "function 3 stands where function 2"},
		{"cut off", strings.ReplaceAll(text[:strings.Index(text, "\n## 3.")], "[ ]", "[1]"), "2 functions, its key 3"},
		{"another sheet", strings.Replace(fill(text, all("1")), "sheet ", "sheet 0", 1), "belongs to the sheet"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newTestSheet(t)
			ranking, err := ReadRanking(strings.NewReader(test.sheet))
			if err == nil {
				_, err = Score(ranking, s.Key())
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want an error with %q", err, test.want)
			}
		})
	}
}

// FuzzReadRanking holds that any sheet and any key are read and scored without
// a panic.
func FuzzReadRanking(f *testing.F) {
	s, text := newTestSheet(f)
	key, err := json.Marshal(s.Key())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, key)
	f.Add(fill(text, func(text string) string { return fmt.Sprint(len(text)) }), key)
	f.Fuzz(func(t *testing.T, text string, key []byte) {
		ranking, err := ReadRanking(strings.NewReader(text))
		if err != nil {
			return
		}
		k, err := ReadKey(bytes.NewReader(key))
		if err != nil {
			return
		}
		scores, err := Score(ranking, k)
		if err == nil && (scores.Functions < 1 || scores.Functions > scores.Of) {
			t.Fatalf("%d of %d functions", scores.Functions, scores.Of)
		}
	})
}
