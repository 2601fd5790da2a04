package inference

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/models"
)

func TestChoose(t *testing.T) {
	calibration := &models.Calibration{
		Model: models.Curve{{-3, 0.1}, {-1, 0.5}},
		Name:  models.Curve{{-5, 0.3}, {-1, 0.7}},
	}
	model := func(mean float64) Candidate { return Candidate{"Reads a file.", mean} }
	name := func(mean float64) Candidate { return Candidate{"Loads the file.", mean} }
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
		"no calibration, model":        {nil, false, Candidates{Model: model(-1), Name: name(-2)}, written(0)},
		"no calibration, name":         {nil, false, Candidates{Model: model(-2), Name: name(-1)}, said(0)},
	} {
		e := &Engine{model: &models.Model{Name: "m", Description: models.Description{Calibration: test.calibration}}, options: EngineOptions{ModelOnly: test.modelOnly}}
		got, ok := e.choose(test.c)
		if ok != (test.want.Text != "") {
			t.Errorf("%s: %v", title, ok)
		}
		got.Confidence = float64(int(got.Confidence*1000+0.5)) / 1000
		if diff := cmp.Diff(test.want, got); ok && diff != "" {
			t.Errorf("%s (-want +got):\n%s", title, diff)
		}
	}
}
