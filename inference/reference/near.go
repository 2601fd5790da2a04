package reference

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"unicode"
)

// Near-duplicates are found by MinHash: a function's signature holds the
// least hash of its shingles under each of many hash functions, and the share
// of places in which two signatures agree estimates the share of shingles
// that the functions have in common (their Jaccard index). Candidates are
// those that agree in a whole band of their signature: at the threshold two in
// three pairs do, at 0.9 all but one in fifty.
const (
	shingleWords = 4
	bands        = 8
	bandRows     = 8
	signatureLen = bands * bandRows
	// nearThreshold is the Jaccard index from which on functions count as
	// copies of each other.
	nearThreshold = 0.8
)

// Signature tells how much of their code two functions share.
type Signature [signatureLen]uint32

// Duplicates remembers functions and finds those like them.
type Duplicates struct {
	multipliers, increments [signatureLen]uint64
	buckets                 [bands]map[uint64]int32 // first function with that band
	signatures              []Signature
}

// NewDuplicates knows no function yet.
func NewDuplicates() *Duplicates {
	d := &Duplicates{}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range signatureLen {
		d.multipliers[i], d.increments[i] = random.Uint64()|1, random.Uint64()
	}
	for i := range d.buckets {
		d.buckets[i] = map[uint64]int32{}
	}
	return d
}

// Add reports whether a function with a signature like s has been added
// before. If not, it adds this one.
func (d *Duplicates) Add(s Signature) (found bool) {
	var keys [bands]uint64
	for b := range bands {
		h := fnv.New64a()
		for _, v := range s[b*bandRows : (b+1)*bandRows] {
			var bytes [4]byte
			binary.LittleEndian.PutUint32(bytes[:], v)
			h.Write(bytes[:])
		}
		keys[b] = h.Sum64()
		if i, ok := d.buckets[b][keys[b]]; ok && similarity(&s, &d.signatures[i]) >= nearThreshold {
			return true
		}
	}
	for b, key := range keys {
		if _, ok := d.buckets[b][key]; !ok {
			d.buckets[b][key] = int32(len(d.signatures))
		}
	}
	d.signatures = append(d.signatures, s)
	return false
}

func similarity(a, b *Signature) float64 {
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	return float64(same) / signatureLen
}

// Signature returns what Add compares. It is safe for concurrent use.
func (d *Duplicates) Signature(code string) Signature {
	var s Signature
	for i := range s {
		s[i] = math.MaxUint32
	}
	words := tokens(code)
	for start := range max(1, len(words)-shingleWords+1) {
		h := fnv.New64a()
		for _, w := range words[start:min(start+shingleWords, len(words))] {
			h.Write([]byte(w))
			h.Write([]byte{0})
		}
		x := h.Sum64()
		for i := range s {
			s[i] = min(s[i], uint32((x*d.multipliers[i]+d.increments[i])>>32))
		}
	}
	return s
}

// tokens returns the identifiers and marks of code in lower case. Numbers are
// all alike.
func tokens(code string) []string {
	var list []string
	for i := 0; i < len(code); {
		c := rune(code[i])
		start := i
		i++
		switch {
		case unicode.IsSpace(c):
		case '0' <= c && c <= '9':
			for i < len(code) && '0' <= code[i] && code[i] <= '9' {
				i++
			}
			list = append(list, "0")
		case isIdentifier(c):
			for i < len(code) && isIdentifier(rune(code[i])) {
				i++
			}
			list = append(list, strings.ToLower(code[start:i]))
		default:
			list = append(list, code[start:i])
		}
	}
	return list
}

func isIdentifier(c rune) bool {
	return c == '_' || c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
