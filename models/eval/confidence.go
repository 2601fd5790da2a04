package eval

// Good is the least ROUGE-L with the reference of a text that counts as good
// where a text is one or the other: it has a third of the author's sentence, in
// order, and does not say much else.
const Good = 1.0 / 3

// IsGood reports whether text says about what the reference says.
func IsGood(reference, text string) bool {
	return RougeL(Bare(reference), Bare(text)) >= Good
}

// Precision says what remains where texts of less than a confidence are left
// out.
type Precision struct {
	// Min is the least confidence, from 0 to 1.
	Min float64 `json:"minConfidence"`
	// Shown is the share of functions that still have a text, and Good the
	// share of good ones among those.
	Shown float64 `json:"shown"`
	Good  float64 `json:"good"`
}

// Precisions returns the curve of precision by confidence in steps of a
// twentieth, up to the last at which anything is shown.
func Precisions(functions []Function, outputs []Output) []Precision {
	const steps = 20
	var curve []Precision
	for step := range steps + 1 {
		least := float64(step) / steps
		shown, good := 0, 0
		for i, o := range outputs {
			if o.Text == "" || o.Confidence < least {
				continue
			}
			shown++
			if IsGood(functions[i].Reference, o.Text) {
				good++
			}
		}
		if shown == 0 {
			break
		}
		curve = append(curve, Precision{least, float64(shown) / float64(len(outputs)), float64(good) / float64(shown)})
	}
	return curve
}

// Reliability says whether texts of about one confidence are as good as that.
type Reliability struct {
	// Low and High bound the confidence.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Texts is the number of them, Expected their mean confidence and Good the
	// share of good ones.
	Texts    int     `json:"texts"`
	Expected float64 `json:"expected"`
	Good     float64 `json:"good"`
}

// Reliabilities returns the reliability in steps of a tenth, less those in which
// there is no text, and that of all texts with a confidence of a half and more
// at the end.
func Reliabilities(functions []Function, outputs []Output) []Reliability {
	const steps = 10
	var all []Reliability
	add := func(low, high float64) {
		r := Reliability{Low: low, High: high}
		for i, o := range outputs {
			if o.Text == "" || o.Confidence < low || o.Confidence >= high && high < 1 {
				continue
			}
			r.Texts++
			r.Expected += o.Confidence
			if IsGood(functions[i].Reference, o.Text) {
				r.Good++
			}
		}
		if r.Texts > 0 {
			r.Expected /= float64(r.Texts)
			r.Good /= float64(r.Texts)
			all = append(all, r)
		}
	}
	for step := range steps {
		add(float64(step)/steps, float64(step+1)/steps)
	}
	add(0.5, 1)
	return all
}
