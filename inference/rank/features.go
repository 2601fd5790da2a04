package rank

// Version grows whenever a feature changes, or what of a function is read.
const Version = 1

// feature is one number by which a text is judged.
type feature struct {
	name string
	of   func(*view) float64
}

// features lists them in their order. All are finite, and small.
var features = []feature{
	// How likely the model finds the text, in logarithms of probabilities.
	{"mean", func(v *view) float64 { return v.mean }},                       // of a token
	{"first", func(v *view) float64 { return v.at(0) }},                     // of the first one
	{"least", func(v *view) float64 { return v.low(0) }},                    // of the least likely one
	{"second", func(v *view) float64 { return v.low(1) }},                   // of the least but one
	{"spread", func(v *view) float64 { return v.spread }},                   // their standard deviation
	{"lead", func(v *view) float64 { return v.mean - v.rivalMean }},         // before the likeliest other text of the model
	{"behind", func(v *view) float64 { return v.mean - v.group.modelMean }}, // behind what the model wrote first
	{"modelMean", func(v *view) float64 { return v.group.modelMean }},       // of what it wrote first
	{"nameMean", func(v *view) float64 { return v.group.nameMean }},         // of the name's sentence
	{"margin", func(v *view) float64 { return v.group.margin }},             // least distance of a second token
	{"margin0", func(v *view) float64 { return v.group.firstMargin }},       // that of the first place

	// What the others say.
	{"agreement", func(v *view) float64 { return v.agreement }},         // mean likeness to the other texts
	{"verbAgreement", func(v *view) float64 { return v.verbAgreement }}, // share of them that begin alike
	{"likeName", func(v *view) float64 { return v.likeName }},           // likeness to the name's sentence
	{"named", func(v *view) float64 { return one(v.group.named) }},      // there is one
	{"detour", func(v *view) float64 { return one(v.Detour) }},          // it is not what the model wrote first
	{"detourAt", func(v *view) float64 { return float64(v.At) }},        // the token at which it leaves that

	// Its shape.
	{"words", func(v *view) float64 { return float64(len(v.spoken)) }},
	{"content", func(v *view) float64 { return float64(len(v.content)) }}, // words that say something
	{"letters", func(v *view) float64 { return v.letters }},               // of all
	{"tokensPerWord", func(v *view) float64 { return float64(len(v.LogProbs)) / float64(max(1, len(v.spoken))) }},
	{"articles", func(v *view) float64 { return v.share("the", "a", "an") }},
	{"given", func(v *view) float64 { return one(v.says("given", "specified", "provided", "current")) }},
	{"condition", func(v *view) float64 { return one(v.says("if", "whether", "when")) }},
	{"joined", func(v *view) float64 { return one(v.says("and", "or")) }},
	{"repeats", func(v *view) float64 { return float64(len(v.content) - len(newBag(v.content).whole)) }},

	// What stands behind its words.
	{"foreign", func(v *view) float64 { return float64(v.foreign) }},                   // those that stand nowhere
	{"inCode", func(v *view) float64 { return v.contentIn(v.group.code) }},             // shares of those that stand
	{"inName", func(v *view) float64 { return v.contentIn(v.group.name) }},             // there
	{"inFile", func(v *view) float64 { return v.contentIn(v.group.file) }},             //
	{"inContainer", func(v *view) float64 { return v.contentIn(v.group.container) }},   //
	{"inParameters", func(v *view) float64 { return v.contentIn(v.group.parameters) }}, //
	{"missing", func(v *view) float64 { return float64(v.missing) }},                   // words of the name that it lacks
	{"nameWords", func(v *view) float64 { return float64(len(v.group.nameWords)) }},

	// Its verb.
	{"sameVerb", func(v *view) float64 { return one(v.sameVerb) }}, // it begins as the name does
	{"returns", func(v *view) float64 { return one(v.begins("returns")) }},
	{"gets", func(v *view) float64 { return one(v.begins("gets")) }},
	{"sets", func(v *view) float64 { return one(v.begins("sets")) }},
	{"creates", func(v *view) float64 { return one(v.begins("creates")) }},
	{"checks", func(v *view) float64 { return one(v.begins("checks", "reports", "determines", "tests")) }},
	{"handles", func(v *view) float64 { return one(v.begins("handles", "processes", "calls", "performs")) }},
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
