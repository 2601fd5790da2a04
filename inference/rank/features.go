package rank

import "unicode/utf8"

// Version grows whenever a feature changes, or what of a function is read.
const Version = 1

// feature is one number by which a text is judged.
type feature struct {
	name string
	of   func(*view) float64
}

// features lists them in their order. All are finite, and small. What was tried
// beside them, and chose no better on repositories that had no part in learning:
// the least likely tokens, the text's own kind of verb, the function's language,
// shares of words that stand in code, container and parameters, and what the
// model makes of the function with its name hidden.
var features = []feature{
	// How likely the model finds the text, in logarithms of probabilities.
	{"mean", func(v *view) float64 { return v.mean }},                 // of its tokens
	{"modelMean", func(v *view) float64 { return v.group.modelMean }}, // of what the model wrote first
	{"margin", func(v *view) float64 { return v.group.margin }},       // before a second token, where that was closest
	{"detour", func(v *view) float64 { return one(v.Detour) }},        // it is not what the model wrote first

	// What the other texts say.
	{"agreement", func(v *view) float64 { return v.agreement }}, // mean likeness to them
	{"likeName", func(v *view) float64 { return v.likeName }},   // likeness to the name's sentence

	// Its shape.
	{"letters", func(v *view) float64 { return float64(utf8.RuneCountInString(v.Text)) }},
	{"tokensPerWord", func(v *view) float64 { return float64(len(v.LogProbs)) / float64(max(1, len(v.spoken))) }}, // many for rare words
	{"articles", func(v *view) float64 { return v.share("the", "a", "an") }},                                      // of all words
	{"given", func(v *view) float64 { return v.says("given", "specified", "provided", "current") }},
	{"condition", func(v *view) float64 { return v.says("if", "whether", "when") }},
	{"repeats", func(v *view) float64 { return float64(len(v.content) - len(newBag(v.content).whole)) }},

	// Where the words that say something stand.
	{"foreign", func(v *view) float64 { return float64(v.foreign()) }},     // nowhere: their number
	{"inName", func(v *view) float64 { return v.contentIn(v.group.name) }}, // in the function's name: their share
	{"inFile", func(v *view) float64 { return v.contentIn(v.group.file) }}, // in the file's
	{"missing", func(v *view) float64 { return float64(v.missing()) }},     // words of the name that it lacks
}

// Names lists the names of the features, in their order.
func Names() []string {
	names := make([]string, len(features))
	for i, f := range features {
		names[i] = f.name
	}
	return names
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
