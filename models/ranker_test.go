package models

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// What a description says about a ranker is refused where it could lead to no
// number, or to endless work.
func TestRankerCheck(t *testing.T) {
	const fine = `{"version": 1, "detours": 2, "model": {"bias": 1, "features": {"mean": 1}}, "name": {"features": {"mean": -1}}, "confidence": {"offset": 0.1, "scale": 2}}`
	for want, change := range map[string]func(*Ranker){
		"":                     func(*Ranker) {},
		"ranker.detours is -1": func(r *Ranker) { r.Detours = -1 },
		"ranker.detours is 9":  func(r *Ranker) { r.Detours = 9 },
		"ranker.confidence is {Offset:0 Scale:0}":    func(r *Ranker) { r.Confidence = Confidence{} },
		"ranker.confidence is {Offset:0 Scale:-1}":   func(r *Ranker) { r.Confidence = Confidence{Scale: -1} },
		"ranker.confidence is {Offset:NaN Scale:1}":  func(r *Ranker) { r.Confidence = Confidence{math.NaN(), 1} },
		"ranker.confidence is {Offset:0 Scale:+Inf}": func(r *Ranker) { r.Confidence = Confidence{0, math.Inf(1)} },
		"ranker.model has no weights":                func(r *Ranker) { r.Model.Features = nil },
		`ranker.name: the weight of "mean" is NaN`:   func(r *Ranker) { r.Name.Features["mean"] = math.NaN() },
		`ranker.name: the weight of "mean" is +Inf`:  func(r *Ranker) { r.Name.Features["mean"] = math.Inf(1) },
		"ranker.model.bias is -100000":               func(r *Ranker) { r.Model.Bias = -1e5 },
	} {
		var r Ranker
		if err := json.Unmarshal([]byte(fine), &r); err != nil {
			t.Fatal(err)
		}
		change(&r)
		d := Description{Ranker: &r}
		d.fill()
		err := d.check()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
