package inference

// choiceVersion grows whenever choose, unworthy, prompt.Clean or the sentences of
// names change.
const choiceVersion = 2

// nameLead is by how much likelier to be good the name's sentence must be than
// what the model wrote, to be shown in its place. A reader sees the name anyway,
// and on functions outside of the calibration a small lead gives better BLEU-4
// than none and the same ROUGE-L.
const nameLead = 0.05

// choose returns the candidate that is likelier to be good, by the model's
// calibration. Without one the likelier text by the model's own reckoning is
// taken, with no Confidence.
func (e *Engine) choose(c Candidates) (_ Summary, ok bool) {
	written := Summary{Text: c.Model.Text, Source: SourceModel, Model: e.model.Name, Truncated: c.Truncated}
	name := Summary{Text: c.Name.Text, Source: SourceName}
	better := c.Name.Mean > c.Model.Mean
	if k := e.model.Description.Calibration; k != nil {
		const least = 0.001 // 0 would say that nothing is known
		written.Confidence, name.Confidence = max(least, k.Model.At(c.Model.Mean)), max(least, k.Name.At(c.Name.Mean))
		better = name.Confidence > written.Confidence+nameLead
	}
	if name.Text != "" && !e.options.ModelOnly && (better || written.Text == "") {
		return name, true
	}
	return written, written.Text != ""
}

// mean is the mean log-probability of a text's tokens, by which a calibration
// goes: the longer of two texts is not the less likely one for that.
func mean(logProbs []float64) float64 {
	sum := 0.0
	for _, p := range logProbs {
		sum += p
	}
	return sum / float64(max(1, len(logProbs)))
}
