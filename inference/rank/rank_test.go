package rank

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/identity"
	"github.com/gloss-lsp/gloss/models"
)

var function = identity.Function{
	Language: "go", Name: "parsePorts",
	Code: "func parsePorts(list string) ([]int, error) {\n\tfor _, field := range strings.Split(list, sep) {}\n}",
}

// value returns the feature called name of the i-th candidate of g.
func value(t *testing.T, g Group, i int, name string) float64 {
	t.Helper()
	k := slices.Index(Names(), name)
	if k < 0 {
		t.Fatalf("no feature %q", name)
	}
	return g.Features()[i][k]
}

func TestFeatures(t *testing.T) {
	g := Group{
		Function: function, File: " ports", Container: " server config", Mean: -1, Margins: []float64{2, 0.5, 1},
		Candidates: []Candidate{
			{Text: "Parses the ports of the server and the given servers.", LogProbs: []float64{-1, -2, -0.5, -0.5}},
			{Text: "Parses the ports.", LogProbs: []float64{-3, -5}, Name: true},
			{Text: "Returns the ports in a list.", LogProbs: []float64{-1, -4}, Detour: true, At: 3},
		},
	}
	alone := Group{Function: identity.Function{Name: "x"}, Candidates: []Candidate{{Text: "Reads it.", LogProbs: []float64{-1}}}}
	for _, test := range []struct {
		group     Group
		candidate int
		feature   string
		want      float64
	}{
		{g, 0, "mean", -1},
		{g, 1, "modelMean", -1},
		{g, 2, "margin", 0.5},
		{g, 0, "detour", 0},
		{g, 2, "detour", 1},
		{g, 1, "agreement", (2*3.0/(3+10) + 2*2.0/(3+6)) / 2},
		{g, 0, "likeName", 2 * 3.0 / (10 + 3)},
		{g, 1, "likeName", 0}, // itself is no other
		{g, 1, "letters", 17},
		{g, 2, "tokensPerWord", 2.0 / 6},
		{g, 0, "articles", 0.3},
		{g, 0, "given", 1},
		{g, 1, "given", 0},
		{g, 0, "condition", 0},
		{g, 0, "repeats", 1}, // of parse port server server
		{g, 0, "foreign", 0}, // the server is the container
		{g, 0, "inName", 0.5},
		{g, 0, "inFile", 0.25},
		{g, 0, "missing", 0},
		{g, 2, "missing", 1}, // parse
		{alone, 0, "foreign", 1},
		{alone, 0, "agreement", 0},
		{alone, 0, "margin", 0},
	} {
		if got := value(t, test.group, test.candidate, test.feature); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s of %q: got %g, want %g", test.feature, test.group.Candidates[test.candidate].Text, got, test.want)
		}
	}
}

// A stem stands for the longer words that begin with it, and for nothing else.
func TestBag(t *testing.T) {
	b := newBag(stems("func connection(entries []Entry, is_parsed bool)"))
	for word, want := range map[string]bool{
		"connections": true, "conn": true, "con": false, "entry": true, "parsing": true, "parser": true, "bool": true, "boolean": true, "parses": true, "row": false,
	} {
		if got := b.has(stem(word)); got != want {
			t.Errorf("%s: %v, want %v", word, got, want)
		}
	}
}

// FuzzFeatures holds that every feature is a finite number, whatever the code and
// the texts are.
func FuzzFeatures(f *testing.F) {
	f.Add("parsePorts", "func parsePorts(list string) {}", " ports", " server", "Parses the ports.", "Parses.", -1.5, 3)
	f.Add("", "", "", "", "", "", 0.0, 0)
	f.Add("ß_x", "(((", "İ", "\xff", "…", "((", -700.0, -1)
	f.Fuzz(func(t *testing.T, name, code, file, container, text, other string, p float64, at int) {
		if math.IsNaN(p) || math.Abs(p) > 1e6 {
			return // the model's logits are finite
		}
		g := Group{
			Function: identity.Function{Name: name, Code: code}, File: file, Container: container, Mean: p, Margins: []float64{-p},
			Candidates: []Candidate{{Text: text, LogProbs: []float64{p}}, {Text: other, Name: true}, {Text: other, Detour: true, At: at, LogProbs: []float64{p, 0}}},
		}
		for i, values := range g.Features() {
			if len(values) != len(Names()) {
				t.Fatalf("%d features, %d names", len(values), len(Names()))
			}
			for k, v := range values {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s of candidate %d is %v", Names()[k], i, v)
				}
			}
		}
	})
}

func newRanker(t *testing.T, model, name models.Weights) *Ranker {
	t.Helper()
	r, err := New(&models.Ranker{Version: Version, Model: model, Name: name, Confidence: models.Confidence{Offset: 0.5, Scale: 2}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBest(t *testing.T) {
	likely := models.Weights{Features: map[string]float64{"mean": 1}}
	r := newRanker(t, likely, models.Weights{Bias: -1, Features: map[string]float64{"mean": 1}})
	model := func(p float64) Candidate { return Candidate{Text: "Reads.", LogProbs: []float64{p}} }
	name := func(p float64) Candidate { c := model(p); c.Name = true; return c }
	detour := func(p float64) Candidate { c := model(p); c.Detour = true; return c }
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for title, test := range map[string]struct {
		candidates []Candidate
		best       int
		score      float64
	}{
		"none":                   {nil, -1, 0},
		"one":                    {[]Candidate{model(-3)}, 0, -3},
		"the likelier":           {[]Candidate{model(-3), detour(-2)}, 1, -2},
		"the first of equals":    {[]Candidate{model(-2), detour(-2)}, 0, -2},
		"names have weights too": {[]Candidate{model(-2), name(-1.5)}, 0, -2},
		"the name":               {[]Candidate{model(-2), name(-0.5), detour(-4)}, 1, -1.5},
	} {
		best, confidence := r.Best(Group{Candidates: test.candidates})
		want := sigmoid(0.5 + 2*test.score)
		if best < 0 {
			want = 0
		}
		if best != test.best || math.Abs(confidence-want) > 1e-9 {
			t.Errorf("%s: %d with %g, want %d with %g", title, best, confidence, test.best, want)
		}
	}
	// More of what counts never makes a text less sure.
	before := 0.0
	for p := -9.0; p <= 0; p++ {
		_, confidence := r.Best(Group{Candidates: []Candidate{model(p)}})
		if confidence < before {
			t.Errorf("at %g the confidence falls from %g to %g", p, before, confidence)
		}
		before = confidence
	}
	// The greatest weights are numbers still.
	huge := models.Weights{Bias: 1e4, Features: map[string]float64{}}
	for _, name := range Names() {
		huge.Features[name] = -1e4
	}
	if _, confidence := newRanker(t, huge, huge).Best(Group{Function: function, Candidates: []Candidate{model(-3), name(-1), detour(-2)}}); !(confidence >= 0 && confidence <= 1) {
		t.Errorf("huge weights give %v", confidence)
	}
}

func TestNewRefuses(t *testing.T) {
	fine := models.Weights{Features: map[string]float64{"mean": 1}}
	unknown := models.Weights{Features: map[string]float64{"mean": 1, "colour": 2}}
	for want, r := range map[string]models.Ranker{
		"ranker.version is 99":                                 {Version: 99, Model: fine, Name: fine},
		`ranker.model has a weight for "colour", which this g`: {Version: Version, Model: unknown, Name: fine},
		`ranker.name has a weight for "colour", which this gl`: {Version: Version, Model: fine, Name: unknown},
	} {
		if _, err := New(&r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
