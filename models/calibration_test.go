package models

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestCurve(t *testing.T) {
	c := Curve{{-2, 0.2}, {-1, 0.4}, {-0.5, 0.8}}
	for mean, want := range map[float64]float64{-9: 0.2, -2: 0.2, -1.5: 0.3, -1: 0.4, -0.75: 0.6, -0.5: 0.8, 0: 0.8} {
		if got := c.At(mean); math.Abs(got-want) > 1e-9 {
			t.Errorf("at %g: got %g, want %g", mean, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	const good, bad = true, false
	for name, test := range map[string]struct {
		samples []Sample
		parts   int
		want    Curve
	}{
		"rising":  {[]Sample{{-1, good}, {-4, bad}, {-3, bad}, {-2, good}}, 2, Curve{{-3.5, 0}, {-1.5, 1}}},
		"falling": {[]Sample{{-4, good}, {-3, good}, {-2, bad}, {-1, bad}}, 2, Curve{{-2.5, 0.5}}},
		"equal":   {[]Sample{{-1, good}, {-1, bad}}, 2, Curve{{-1, 0.5}}},
		"too few": {[]Sample{{-1, good}}, 2, nil},
	} {
		if diff := cmp.Diff(test.want, Fit(test.samples, test.parts), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCalibrationCheck(t *testing.T) {
	fine := Curve{{-2, 0.1}, {-1, 0.9}}
	for name, c := range map[string]Calibration{
		"no points":     {Model: fine},
		"not ascending": {Model: fine, Name: Curve{{-1, 0.1}, {-1, 0.2}}},
		"no share":      {Model: Curve{{-1, 1.1}}, Name: fine},
		"NaN":           {Model: Curve{{math.NaN(), 0.5}, {math.NaN(), 0.5}}, Name: fine},
	} {
		if c.check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := (&Calibration{Model: fine, Name: fine}).check(); err != nil {
		t.Error(err)
	}
}
