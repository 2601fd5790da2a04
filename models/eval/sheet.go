package eval

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// Sheet is a blind sheet: functions with what several systems wrote, in random
// order and without their names, for a person to rank.
type Sheet struct {
	functions []Function
	texts     [][]string // of each function, in the order of the letters
	key       Key
}

// Key says which systems wrote the lines of a sheet. The person who fills the
// sheet must not see it.
type Key struct {
	// Sheet identifies the sheet that the key belongs to.
	Sheet string `json:"sheet"`
	// Functions are in the order of the sheet.
	Functions []KeyFunction `json:"functions"`
}

// KeyFunction is the key of one function of a sheet.
type KeyFunction struct {
	Language string `json:"language"`
	Name     string `json:"name"`
	// Systems are those that wrote each line, in the order of the letters.
	// Equal texts share a line.
	Systems [][]string `json:"systems"`
}

// maxSheetSystems is the number of letters.
const maxSheetSystems = 26

// nothing stands on a sheet for an output without text.
const nothing = "(no summary)"

// NewSheet makes a sheet of n functions picked at random, always the same ones
// of the same functions. It fails with more systems than letters. References
// are left out: a person would know them.
func NewSheet(functions []Function, systems []System, n int) (*Sheet, error) {
	systems = slices.DeleteFunc(slices.Clone(systems), func(s System) bool { return s.Kind == Reference })
	if len(systems) > maxSheetSystems {
		return nil, fmt.Errorf("a sheet has room for %d systems, not for %d", maxSheetSystems, len(systems))
	}
	s := &Sheet{}
	random := rand.New(rand.NewPCG(Seed, 1))
	for _, i := range Pick(len(functions), n) {
		f := functions[i]
		key := KeyFunction{Language: f.Language, Name: f.Name}
		var texts []string
		for _, j := range random.Perm(len(systems)) {
			text := cmp.Or(strings.Join(strings.Fields(systems[j].Outputs[i].Text), " "), nothing)
			at := slices.Index(texts, text)
			if at < 0 {
				at = len(texts)
				texts = append(texts, text)
				key.Systems = append(key.Systems, nil)
			}
			key.Systems[at] = append(key.Systems[at], systems[j].Name)
		}
		s.functions, s.texts = append(s.functions, f), append(s.texts, texts)
		s.key.Functions = append(s.key.Functions, key)
	}
	s.key.Sheet = s.id()
	return s, nil
}

// id is the sheet's fingerprint.
func (s *Sheet) id() string {
	h := sha256.New()
	for i, f := range s.functions {
		fmt.Fprintf(h, "%s\x00%s\x00%q\x00", f.Language, f.Code, s.texts[i])
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// Key returns the sheet's key.
func (s *Sheet) Key() Key { return s.key }

// The marks of a sheet. Code is indented by a tab, so none of its lines looks
// like one.
const (
	sheetTitle    = "# gloss blind sheet "
	functionTitle = "## "
)

// WriteTo writes the sheet as Markdown.
func (s *Sheet) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, sheetTitle+"%s\n\n", s.key.Sheet)
	b.WriteString("Rank the lines of each function. Write a number between the brackets: 1 is the\n" +
		"line that you would like best to see over the function. Equal numbers are equally\n" +
		"good. Leave all brackets of a function empty to pass it over.\n")
	for i, f := range s.functions {
		fmt.Fprintf(&b, "\n"+functionTitle+"%d. %s\n\n", i+1, f.Language)
		for line := range strings.Lines(f.Code) {
			fmt.Fprintf(&b, "\t%s\n", strings.TrimRight(line, "\r\n"))
		}
		b.WriteByte('\n')
		for j, text := range s.texts[i] {
			fmt.Fprintf(&b, "[ ] %c: %s\n", 'A'+j, text)
		}
	}
	return b.WriteTo(w)
}

// Ranking is a filled sheet.
type Ranking struct {
	// Sheet is the id of the sheet.
	Sheet string
	// Ranks are the numbers given to each function's lines, in the order of
	// the letters; nil for a function that was passed over.
	Ranks [][]int
}

// maxSheet bounds a filled sheet in bytes.
const maxSheet = 16 << 20

var (
	functionLine = lazyregexp.New(`^## (\d{1,6})\.`)
	rankLine     = lazyregexp.New(`^\[([^\]]*)\] ?([A-Z]):`)
)

// ReadRanking reads a filled sheet. Its errors name the line.
func ReadRanking(r io.Reader) (Ranking, error) {
	var ranking Ranking
	var ranks []int // of the function at hand
	written := 0    // of them
	line := 0
	end := func() error {
		if len(ranking.Ranks) == 0 {
			return nil
		}
		if written == 0 {
			ranks = nil
		} else if written < len(ranks) {
			return &LineError{line, fmt.Errorf("function %d has %d of %d lines ranked; rank all or none", len(ranking.Ranks), written, len(ranks))}
		}
		ranking.Ranks[len(ranking.Ranks)-1] = ranks
		ranks, written = nil, 0
		return nil
	}
	in := bufio.NewScanner(io.LimitReader(r, maxSheet))
	in.Buffer(nil, maxSheet)
	for in.Scan() {
		text := strings.TrimRight(in.Text(), " \r")
		line++
		if id, ok := strings.CutPrefix(text, sheetTitle); ok && ranking.Sheet == "" {
			ranking.Sheet = id
		}
		if m := functionLine.FindStringSubmatch(text); m != nil {
			if err := end(); err != nil {
				return Ranking{}, err
			}
			if want := strconv.Itoa(len(ranking.Ranks) + 1); m[1] != want {
				return Ranking{}, &LineError{line, fmt.Errorf("function %s stands where function %s should", m[1], want)}
			}
			ranking.Ranks = append(ranking.Ranks, nil)
		}
		m := rankLine.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		if want := string(rune('A' + len(ranks))); m[2] != want || len(ranking.Ranks) == 0 {
			return Ranking{}, &LineError{line, fmt.Errorf("line %s stands where line %s of a function should", m[2], want)}
		}
		rank, number := 0, strings.TrimSpace(m[1])
		if number != "" {
			var err error
			if rank, err = strconv.Atoi(number); err != nil || rank < 1 {
				return Ranking{}, &LineError{line, fmt.Errorf("%q is no rank; write 1 for the best line, 2 for the next", number)}
			}
			written++
		}
		ranks = append(ranks, rank)
	}
	if err := in.Err(); err != nil {
		return Ranking{}, &LineError{line + 1, err}
	}
	if err := end(); err != nil {
		return Ranking{}, err
	}
	if ranking.Sheet == "" {
		return Ranking{}, errors.New("this is no blind sheet: its title is missing")
	}
	return ranking, nil
}

// ReadKey reads a key as JSON.
func ReadKey(r io.Reader) (Key, error) {
	var k Key
	if err := json.NewDecoder(io.LimitReader(r, maxSheet)).Decode(&k); err != nil {
		return Key{}, fmt.Errorf("not the key of a blind sheet: %w", err)
	}
	return k, nil
}

// Scores is what a person's ranks say of each system.
type Scores struct {
	Sheet string `json:"sheet"`
	// Functions counts those that were ranked, of Of.
	Functions int           `json:"functions"`
	Of        int           `json:"of"`
	Systems   []SystemScore `json:"systems"` // the best first
	Pairs     []Pair        `json:"pairs"`
}

// SystemScore is one system's place: the mean of its ranks, where 1 is the
// best and systems that share a rank share the places too.
type SystemScore struct {
	Name string   `json:"name"`
	Rank Estimate `json:"meanRank"`
}

// Pair compares two systems: how often, in percent of the functions, A was
// ranked before B. A tie counts as half.
type Pair struct {
	A    string   `json:"a"`
	B    string   `json:"b"`
	Wins Estimate `json:"wins"`
	Ties int      `json:"ties"`
}

// Score joins a filled sheet with its key. It fails when they do not belong
// together and when no function was ranked.
func Score(r Ranking, k Key) (Scores, error) {
	if r.Sheet != k.Sheet {
		return Scores{}, fmt.Errorf("the key belongs to the sheet %q, not to %q", k.Sheet, r.Sheet)
	}
	if len(r.Ranks) != len(k.Functions) {
		return Scores{}, fmt.Errorf("the sheet has %d functions, its key %d", len(r.Ranks), len(k.Functions))
	}
	scores := Scores{Sheet: r.Sheet, Of: len(r.Ranks), Pairs: []Pair{}}
	places := map[string][]float64{} // of each system, one for each ranked function
	for i, ranks := range r.Ranks {
		if ranks == nil {
			continue
		}
		if len(ranks) != len(k.Functions[i].Systems) {
			return Scores{}, fmt.Errorf("function %d has %d lines on the sheet and %d in its key", i+1, len(ranks), len(k.Functions[i].Systems))
		}
		scores.Functions++
		given := map[string]int{}
		for j, systems := range k.Functions[i].Systems {
			for _, s := range systems {
				given[s] = ranks[j]
			}
		}
		for s, rank := range given {
			place := 0.5
			for _, other := range given {
				switch {
				case other < rank:
					place++
				case other == rank:
					place += 0.5
				}
			}
			places[s] = append(places[s], place)
		}
	}
	if scores.Functions == 0 {
		return Scores{}, errors.New("no function of the sheet is ranked")
	}
	for _, s := range sortedKeys(places) {
		if len(places[s]) != scores.Functions {
			return Scores{}, fmt.Errorf("the key does not name %q for every function", s)
		}
		scores.Systems = append(scores.Systems, SystemScore{s, estimate(places[s])})
	}
	slices.SortStableFunc(scores.Systems, func(a, b SystemScore) int { return cmp.Compare(a.Rank.Value, b.Rank.Value) })
	for i, a := range scores.Systems {
		for _, b := range scores.Systems[i+1:] {
			scores.Pairs = append(scores.Pairs, pair(a.Name, b.Name, places[a.Name], places[b.Name]))
		}
	}
	return scores, nil
}

func pair(a, b string, placesA, placesB []float64) Pair {
	p := Pair{A: a, B: b}
	wins := make([]float64, len(placesA))
	for i := range wins {
		switch cmp.Compare(placesA[i], placesB[i]) {
		case -1:
			wins[i] = 100
		case 0:
			wins[i] = 50
			p.Ties++
		}
	}
	p.Wins = estimate(wins)
	return p
}
