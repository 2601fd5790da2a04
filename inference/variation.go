package inference

import "encoding/binary"

// anew is how a text is drawn where the likeliest was taken before. It keeps to
// what is likely: hotter, a small model writes nonsense.
var anew = Sampling{Temperature: 0.6, TopP: 0.9}

// drawn returns how the tokens of the summary of this key are chosen where s is
// asked for, and the seed of the draws. A search for the likeliest text finds the same each time, so
// another text is drawn instead.
func drawn(s Sampling, key Key, variation uint64) (Sampling, uint64) {
	if variation != 0 && s.Temperature == 0 {
		s.Temperature, s.TopP, s.TopK = anew.Temperature, anew.TopP, 0
		s.NumBeams, s.LengthPenalty = 0, 0
	}
	return s, binary.LittleEndian.Uint64(key[:]) ^ variation
}
