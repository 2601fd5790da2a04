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
func (e *Engine) choose(f Function, c Candidates) (_ Summary, ok bool) {
	if e.options.ModelOnly {
		c.Name = Candidate{}
	}
	if e.ranker != nil {
		g := e.Group(f, c)
		best, confidence := e.ranker.Best(g)
		if best < 0 {
			return Summary{}, false
		}
		s := e.summary(g.Candidates[best])
		if e.detours(f) >= e.model.Description.Ranker.Detours { // else it was learnt from more than is known here
			s.Confidence = max(leastConfidence, confidence)
		}
		return s, true
	}
	written, name := e.summary(c.Model), e.summary(c.Name)
	better := c.Name.Mean() > c.Model.Mean()
	if k := e.model.Description.Calibration; k != nil {
		written.Confidence, name.Confidence = max(leastConfidence, k.Model.At(c.Model.Mean())), max(leastConfidence, k.Name.At(c.Name.Mean()))
		better = name.Confidence > written.Confidence+nameLead
	}
	if name.Text != "" && (better || written.Text == "") {
		return name, true
	}
	return written, written.Text != ""
}

func (e *Engine) summary(c Candidate) Summary {
	if c.Name {
		return Summary{Text: c.Text, Source: SourceName}
	}
	return Summary{Text: c.Text, Source: SourceModel, Model: e.model.Name, Truncated: c.Truncated}
}
