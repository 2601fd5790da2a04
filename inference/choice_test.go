package inference

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/rank"
	"github.com/gloss-lsp/gloss/models"
)

// unused is a Generator that has a name and nothing else.
type unused struct {
	generate.Generator
	name string
}

func (u unused) Name() string { return u.name }

func TestChoose(t *testing.T) {
	calibration := &models.Calibration{
		Model: models.Curve{{-3, 0.1}, {-1, 0.5}},
		Name:  models.Curve{{-5, 0.3}, {-1, 0.7}},
	}
	model := func(mean float64) Candidate { return Candidate{Text: "Reads a file.", LogProbs: []float64{mean}} }
	name := func(mean float64) Candidate {
		return Candidate{Text: "Loads the file.", LogProbs: []float64{mean}, Name: true}
	}
	unknown := func(of func(float64) Candidate) Candidate {
		c := of(0)
		c.LogProbs = nil
		return c
	}
	written := func(confidence float64) Summary {
		return Summary{Text: "Reads a file.", Source: SourceModel, Model: "m", Confidence: confidence}
	}
	said := func(confidence float64) Summary {
		return Summary{Text: "Loads the file.", Source: SourceName, Confidence: confidence}
	}
	for title, test := range map[string]struct {
		calibration *models.Calibration
		modelOnly   bool
		c           Candidates
		want        Summary // the zero value for none
	}{
		"the model is surer":           {calibration, false, Candidates{Model: model(-1), Name: name(-5)}, written(0.5)},
		"the name is likelier good":    {calibration, false, Candidates{Model: model(-3), Name: name(-5)}, said(0.3)},
		"the name has too little lead": {calibration, false, Candidates{Model: model(-1), Name: name(-2.9)}, written(0.5)},
		"no name":                      {calibration, false, Candidates{Model: model(-3)}, written(0.1)},
		"only a name":                  {calibration, false, Candidates{Name: name(-5)}, said(0.3)},
		"neither":                      {calibration, false, Candidates{}, Summary{}},
		"without names":                {calibration, true, Candidates{Model: model(-3), Name: name(-1)}, written(0.1)},
		"without names, only a name":   {calibration, true, Candidates{Name: name(-1)}, Summary{}},
		"name of unknown probability":  {calibration, false, Candidates{Model: model(-1), Name: unknown(name)}, written(0.5)},
		"only such a name":             {calibration, false, Candidates{Name: unknown(name)}, said(0)},
		"model of unknown probability": {calibration, false, Candidates{Model: unknown(model), Name: name(-1)}, written(0)},
		"nothing known":                {nil, false, Candidates{Model: unknown(model), Name: unknown(name)}, written(0)},
		"no calibration, model":        {nil, false, Candidates{Model: model(-1), Name: name(-2)}, written(0)},
		"no calibration, name":         {nil, false, Candidates{Model: model(-2), Name: name(-1)}, said(0)},
	} {
		e := &Writer{generator: unused{name: "m"}, description: models.Description{Calibration: test.calibration}, options: WriterOptions{ModelOnly: test.modelOnly}}
		got, ok := e.choose(Function{}, test.c)
		if ok != (test.want.Text != "") {
			t.Errorf("%s: %v", title, ok)
		}
		got.Confidence = float64(int(got.Confidence*1000+0.5)) / 1000
		if diff := cmp.Diff(test.want, got); ok && diff != "" {
			t.Errorf("%s (-want +got):\n%s", title, diff)
		}
	}
}

// even takes a score for what it is.
var even = models.Confidence{Scale: 1}

// A ranker decides among all texts that there are, and its confidence is the
// summary's.
func TestChooseRanked(t *testing.T) {
	likely := models.Weights{Features: map[string]float64{"mean": 1}}
	description := models.Description{
		Ranker: &models.Ranker{Version: rank.Version, Model: likely, Name: likely, Confidence: even},
		// It would choose otherwise.
		Calibration: &models.Calibration{Model: models.Curve{{-9, 0.9}}, Name: models.Curve{{-9, 0.1}}},
	}
	model := Candidate{Text: "Reads a file.", LogProbs: []float64{-2}, Truncated: true}
	name := Candidate{Text: "Loads the file.", LogProbs: []float64{-1}, Name: true}
	detour := Candidate{Text: "Loads a file.", LogProbs: []float64{-0.5}, Detour: true}
	broken := Candidate{LogProbs: []float64{-0.1}, Detour: true}
	for title, test := range map[string]struct {
		modelOnly bool
		c         Candidates
		want      Summary
	}{
		"the name":         {false, Candidates{Model: model, Name: name}, Summary{Text: name.Text, Source: SourceName, Confidence: 0.269}},
		"a detour":         {false, Candidates{Model: model, Name: name, Detours: []Candidate{broken, detour}}, Summary{Text: detour.Text, Source: SourceModel, Model: "m", Confidence: 0.378}},
		"without names":    {true, Candidates{Model: model, Name: name}, Summary{Text: model.Text, Source: SourceModel, Model: "m", Truncated: true, Confidence: 0.119}},
		"only broken ones": {false, Candidates{Detours: []Candidate{broken}}, Summary{}},
	} {
		r, err := rank.New(description.Ranker)
		if err != nil {
			t.Fatal(err)
		}
		e := &Writer{generator: unused{name: "m"}, description: description, ranker: r, options: WriterOptions{ModelOnly: test.modelOnly}}
		got, ok := e.choose(Function{}, test.c)
		if ok != (test.want.Text != "") {
			t.Errorf("%s: %v", title, ok)
		}
		got.Confidence = float64(int(got.Confidence*1000+0.5)) / 1000
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", title, diff)
		}
	}
}

// A Writer shows the text that the weights of its model's description prefer,
// whichever kind it is, and keeps summaries of other weights apart.
func TestWriterRanks(t *testing.T) {
	f := Function{Language: "go", Path: "port.go", Name: "parsePort", Code: "func parsePort(s string) (int, error) {\n\treturn strconv.Atoi(s)\n}"}
	none := models.Weights{Features: map[string]float64{"mean": 0}}
	open := func(r *models.Ranker, s Sampling) *Writer {
		m, err := models.Open(models.Default)
		if err != nil {
			t.Fatal(err)
		}
		m.Description.Ranker = r
		e, err := OpenModel(t.Context(), m, local.Options{Library: onnxtest.Library(t)}, WriterOptions{Sampling: s})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Close() })
		return e
	}
	detours := models.Weights{Bias: -1, Features: map[string]float64{"detour": 3}}
	names := models.Weights{Bias: 1, Features: map[string]float64{"mean": 0}}
	first := open(&models.Ranker{Version: rank.Version, Model: models.Weights{Bias: 1, Features: none.Features}, Name: none, Confidence: even}, Sampling{})
	likeliest, err := first.Summarize(t.Context(), f)
	if err != nil || likeliest.Source != SourceModel {
		t.Fatalf("%+v, %v", likeliest, err)
	}
	for _, test := range []struct {
		ranker models.Ranker
		source Source
		detour bool
	}{
		{models.Ranker{Detours: 2, Model: detours, Name: none}, SourceModel, true},
		{models.Ranker{Detours: 0, Model: detours, Name: names}, SourceName, false},
		{models.Ranker{Detours: 2, Model: none, Name: names}, SourceName, false},
	} {
		test.ranker.Version, test.ranker.Confidence = rank.Version, even
		e := open(&test.ranker, Sampling{})
		got, err := e.Summarize(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if different := got.Source == SourceModel && got.Text != likeliest.Text; got.Source != test.source || different != test.detour {
			t.Errorf("%+v: %+v, where the likeliest is %q", test.ranker, got, likeliest.Text)
		}
		c, err := e.Candidates(t.Context(), f)
		if err != nil || len(c.Detours) != test.ranker.Detours || c.Model.Text != likeliest.Text {
			t.Errorf("%+v: %+v, %v", test.ranker, c, err)
		}
	}
	// Where tokens are searched for, drawn or forbidden, there are no detours.
	for s, want := range map[Sampling]int{
		{NumBeams: 2}:                     0,
		{Temperature: 1, TopK: 3}:         0,
		{RepetitionPenalty: 1.2}:          0,
		{NoRepeatNgramSize: 3}:            0,
		{NumBeams: 1, LengthPenalty: 1}:   2,
		{RepetitionPenalty: 1, TopP: 0.9}: 2,
	} {
		c, err := open(&models.Ranker{Version: rank.Version, Detours: 2, Model: detours, Name: none, Confidence: even}, s).Candidates(t.Context(), f)
		if err != nil || len(c.Detours) != want {
			t.Errorf("%+v: %d detours, %v, want %d", s, len(c.Detours), err, want)
		}
	}
	m, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	m.Description.Ranker = &models.Ranker{Version: rank.Version + 1}
	if _, err := OpenModel(t.Context(), m, local.Options{}, WriterOptions{}); err == nil || !strings.Contains(err.Error(), "model default: gloss.json: ranker.version is 2") {
		t.Errorf("another version: %v", err)
	}
}
