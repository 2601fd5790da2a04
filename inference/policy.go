package inference

// DefaultMinConfidence is the confidence below which a summary is not shown where
// the user has said nothing else, in editors and in the terminal. It leaves out
// about a tenth of the shipped model's summaries, of which one in five is good
// (docs/quality.md).
const DefaultMinConfidence = 0.25
