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
	const fine = `{"version": 1, "detours": 2, "model": {"bias": 1, "features": {"mean": 1}}, "name": {"features": {"mean": -1}}, "curve": [[0.2, 0.1], [0.8, 0.9]]}`
	for want, change := range map[string]func(*Ranker){
		"":                                          func(*Ranker) {},
		"ranker.detours is -1":                      func(r *Ranker) { r.Detours = -1 },
		"ranker.detours is 9":                       func(r *Ranker) { r.Detours = 9 },
		"ranker.curve has no points":                func(r *Ranker) { r.Curve = nil },
		"ranker.curve: point 1 is [0.2 0.2]":        func(r *Ranker) { r.Curve = Curve{{0.2, 0.1}, {0.2, 0.2}} },
		"ranker.curve: point 0 is [NaN 0.1]":        func(r *Ranker) { r.Curve = Curve{{math.NaN(), 0.1}} },
		"ranker.curve: point 0 is [0.2 1.1]":        func(r *Ranker) { r.Curve = Curve{{0.2, 1.1}} },
		"ranker.model has no weights":               func(r *Ranker) { r.Model.Features = nil },
		`ranker.name: the weight of "mean" is NaN`:  func(r *Ranker) { r.Name.Features["mean"] = math.NaN() },
		`ranker.name: the weight of "mean" is +Inf`: func(r *Ranker) { r.Name.Features["mean"] = math.Inf(1) },
		"ranker.model.bias is -100000":              func(r *Ranker) { r.Model.Bias = -1e5 },
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
