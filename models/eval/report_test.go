package eval

import (
	"math"
	"slices"
	"testing"
	"time"
)

// TestMeasure holds a small evaluation to figures worked out by hand.
func TestMeasure(t *testing.T) {
	functions := []Function{
		{Language: "go", Name: "open", Code: "func open() { file() }", Reference: "Opens the file.", Repo: "b/b"},
		{Language: "go", Name: "shut", Code: "func shut() { file() }", Reference: "Closes the file", Repo: "a/a"},
		{Language: "go", Name: "again", Code: "func open() { file() }", Reference: "Opens the file.", Repo: "a/a"},
		{Language: "python", Name: "size", Code: "def size(): ...", Reference: "Returns the size."},
	}
	texts := func(texts ...string) []Output {
		var all []Output
		for i, s := range texts {
			all = append(all, Output{Text: s, Elapsed: time.Duration(i+1) * time.Millisecond})
		}
		return all
	}
	model := System{Name: "m", Kind: Model, Outputs: texts("Opens the file.", "Opens the file.", "Opens the file.", "")}
	model.Outputs[3].Failed = true
	base := System{Name: "b", Kind: Baseline, Outputs: []Output{{Text: "Opens the file"}, {Text: "closes the file"}, {Text: "x"}, {Text: "y"}}}
	r := Measure(functions, []System{model, base})

	if r.Data.Functions != 4 || r.Data.Languages["go"] != 3 || !slices.Equal(r.Data.Repositories, []string{"a/a", "b/b"}) {
		t.Errorf("data: %+v", r.Data)
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	m := r.Systems[0]
	// "opens the file" against "closes the file": 2/3, (1+1)/(2+1), (0+1)/(1+1), 1.
	wrong := 100 * math.Pow(2.0/3*2/3*1/2, 0.25)
	nothing := 100 * math.Exp(1-4.0)
	near("BLEU in Go", m.Languages["go"].BLEU.Value, (100+wrong+100)/3)
	near("BLEU of all functions", m.Micro.BLEU.Value, (100+wrong+100+nothing)/4)
	near("BLEU of all languages", m.Macro.BLEU.Value, ((100+wrong+100)/3+nothing)/2)
	near("ROUGE-L of all functions", m.Micro.RougeL.Value, (100+200.0/3+100+0)/4)
	near("words", m.Micro.Words.Value, 9.0/4)
	near("empty", m.Micro.Empty.Value, 25)
	near("duplicate", m.Micro.Duplicate.Value, 75)
	near("duplicate of the baseline", r.Systems[1].Micro.Duplicate.Value, 0)
	if m.Failed != 1 || m.Latency == nil || m.Latency.Median != 3 || m.Latency.P95 != 4 {
		t.Errorf("failed %d, latency %+v", m.Failed, m.Latency)
	}
	if r.Systems[1].Latency != nil {
		t.Error("a baseline has a latency")
	}
	if len(r.Differences) != 1 || r.Differences[0].System != "b" {
		t.Fatalf("differences: %+v", r.Differences)
	}
	d := r.Differences[0].RougeL // 0, -100/3, 100, 0
	near("difference in ROUGE-L", d.Value, (0-100.0/3+100+0)/4)
	if d.Low >= d.Value || d.High <= d.Value {
		t.Errorf("the interval of %v is %v to %v", d.Value, d.Low, d.High)
	}
}

// TestDuplicates: equal words about equal code, or about code in another
// language, are none.
func TestDuplicates(t *testing.T) {
	functions := []Function{{Language: "go", Code: "a"}, {Language: "go", Code: "a"}, {Language: "c", Code: "b"}, {Language: "go", Code: "c"}}
	for _, test := range []struct {
		name  string
		texts [4]string
		want  []bool
	}{
		{"of the same code and of another language", [4]string{"X.", "X.", "X.", "Y."}, []bool{false, false, false, false}},
		{"of other code", [4]string{"X.", "Z.", "X.", "x"}, []bool{true, false, false, true}},
		{"nothing", [4]string{}, []bool{false, false, false, false}},
	} {
		outputs := make([]Output, len(functions))
		for i := range outputs {
			outputs[i].Text = test.texts[i]
		}
		if got := duplicates(functions, outputs); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestEstimate checks the interval against the normal approximation, and that
// it is the same each time.
func TestEstimate(t *testing.T) {
	values := make([]float64, 400)
	for i := range 100 {
		values[i] = 100
	}
	e := estimate(values)
	if e.Value != 25 {
		t.Errorf("the mean is %v", e.Value)
	}
	half := 1.96 * math.Sqrt(25*75/400.0)
	if math.Abs(e.Low-(25-half)) > 0.5 || math.Abs(e.High-(25+half)) > 0.5 {
		t.Errorf("the interval is %v to %v, want about %v to %v", e.Low, e.High, 25-half, 25+half)
	}
	if again := estimate(values); again != e {
		t.Errorf("%v, then %v", e, again)
	}
	if one := estimate([]float64{3}); one != (Estimate{3, 3, 3}) {
		t.Errorf("of one value: %v", one)
	}
	if none := estimateGroups(nil); none != (Estimate{}) {
		t.Errorf("of no group: %v", none)
	}
}

func TestPick(t *testing.T) {
	a := Pick(100, 10)
	if len(a) != 10 || !slices.IsSorted(a) || !slices.Equal(a, Pick(100, 10)) || slices.Equal(a, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("picked %v", a)
	}
	if all := Pick(3, 10); !slices.Equal(all, []int{0, 1, 2}) {
		t.Errorf("of three: %v", all)
	}
}
