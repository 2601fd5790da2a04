package inference

// choiceVersion grows whenever choose, unworthy, prompt.Clean or the sentences of
// names change.
const choiceVersion = 4

// nameLead is by how much likelier to be good the name's sentence must be than
// what the model wrote, to be shown in its place, where a calibration decides. A
// reader sees the name anyway, and on functions outside of the calibration a
// small lead gives better BLEU-4 than none and the same ROUGE-L.
const nameLead = 0.05

// leastConfidence stands for less; 0 would say that nothing is known.
const leastConfidence = 0.001

// choose returns the candidate that is likeliest to be good, by the model's
// ranker or else by its calibration. Without either the likelier text by the
// model's own reckoning is taken, with no Confidence.
func (w *Writer) choose(f Function, c Candidates) (_ Summary, ok bool) {
	if w.options.ModelOnly {
		c.Name = Candidate{}
	}
	if w.ranker != nil {
		g := w.Group(f, c)
		best, confidence := w.ranker.Best(g)
		if best < 0 {
			return w.unranked(c)
		}
		s := w.summary(g.Candidates[best])
		if w.detours(f) >= w.description.Ranker.Detours { // else it was learnt from more than is known here
			s.Confidence = max(leastConfidence, confidence)
		}
		return s, true
	}
	switch unknown := func(c Candidate) bool { return c.Text != "" && c.LogProbs == nil }; {
	case unknown(c.Model), unknown(c.Name) && c.Model.Text == "":
		return w.unranked(c)
	case unknown(c.Name):
		c.Name = Candidate{}
	}
	written, name := w.summary(c.Model), w.summary(c.Name)
	better := c.Name.Mean() > c.Model.Mean()
	if k := w.description.Calibration; k != nil {
		written.Confidence, name.Confidence = max(leastConfidence, k.Model.At(c.Model.Mean())), max(leastConfidence, k.Name.At(c.Name.Mean()))
		better = name.Confidence > written.Confidence+nameLead
	}
	if name.Text != "" && (better || written.Text == "") {
		return name, true
	}
	return written, written.Text != ""
}

// unranked chooses where probabilities are not known, and claims no Confidence:
// what the model wrote, or else what the name says.
func (w *Writer) unranked(c Candidates) (_ Summary, ok bool) {
	for _, c := range []Candidate{c.Model, c.Name} {
		if c.Text != "" {
			return w.summary(c), true
		}
	}
	return Summary{}, false
}

func (w *Writer) summary(c Candidate) Summary {
	if c.Name {
		return Summary{Text: c.Text, Source: SourceName}
	}
	return Summary{Text: c.Text, Source: SourceModel, Model: w.generator.Name(), Truncated: c.Truncated}
}
