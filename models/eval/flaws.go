package eval

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// Flaws is what hurts a user in one output. An output without text is Empty
// and nothing else.
type Flaws struct {
	// Empty means that nothing is shown, whatever the reason.
	Empty bool
	// Repeated means that the text runs in circles: a word three times in a
	// row, a phrase of two to eight words twice in a row, or, in a text of at
	// least six words, a fifth of all runs of three words said before.
	Repeated bool
	// Circular means that the text explains something by itself: a word twice
	// in a row ("the progress progress"), or a phrase of up to four words said
	// of itself ("the text of the text"). Authors do so in one of 500
	// sentences.
	Circular bool
	// Truncated means that the model came to the bound of its output, or that
	// the text ends in an ellipsis or in a word that ends no sentence, such as
	// "the" or "of".
	Truncated bool
	// NameOnly means that every content word stands in the function's name.
	NameOnly bool
	// Ungrounded means that the text has content words and none of them stands
	// in the code or in the name.
	Ungrounded bool
	// UnknownIdentifier means that the text names something spelled like an
	// identifier, such as maxSize, max_size, size() or os.File, that does not
	// occur in the code.
	UnknownIdentifier bool
}

// Find finds the flaws of an output about f.
//
// Content words are all but the words of the language (the, of, is), what
// every summary says (returns, given, function) and single letters. They are
// compared by their stem, and a stem of four letters or more stands for the
// longer words that begin with it: "conn" and "connection", "parse" and
// "parser".
func Find(f Function, o Output) Flaws {
	text := strings.TrimSpace(o.Text)
	if text == "" {
		return Flaws{Empty: true}
	}
	words, content := spoken(text), contentWords(text)
	name := stems(Words(f.Name))
	code := append(stems(Words(f.Code)), name...)
	return Flaws{
		Repeated:          inCircles(words) || saidBefore(words),
		Circular:          doubled(words) || ofItself(words),
		Truncated:         o.Truncated || unfinished(text),
		NameOnly:          !slices.ContainsFunc(content, func(w string) bool { return !stands(w, name) }),
		Ungrounded:        len(content) > 0 && !slices.ContainsFunc(content, func(w string) bool { return stands(w, code) }),
		UnknownIdentifier: namesUnknown(text, f),
	}
}

const (
	longestCircle   = 8 // words of a phrase that comes twice in a row
	longestOfItself = 4 // words of a phrase that is said of itself
)

// spoken returns the words of text as they are compared for repetition.
func spoken(text string) []string {
	words := strings.Fields(strings.ToLower(text))
	for i, w := range words {
		// A comma stays: "int, int" is a list.
		bare := strings.TrimRightFunc(strings.TrimLeftFunc(w, isPunctuation), func(r rune) bool { return r != ',' && isPunctuation(r) })
		if strings.ContainsFunc(bare, unicode.IsLetter) {
			words[i] = bare
		}
	}
	return words
}

// inCircles reports whether a word comes three times in a row, or a longer
// phrase twice.
func inCircles(words []string) bool {
	for period := 1; period <= longestCircle; period++ {
		again := 0 // words equal to the one a period before
		for i := period; i < len(words); i++ {
			if words[i] != words[i-period] || !strings.ContainsFunc(words[i], unicode.IsLetter) {
				again = 0
				continue
			}
			if again++; again == max(2, period) {
				return true
			}
		}
	}
	return false
}

// doubles lists words that may come twice in a row.
var doubles = wordSet("had long that")

// doubled reports whether a word comes twice in a row.
func doubled(words []string) bool {
	for i := 1; i < len(words); i++ {
		if words[i] == words[i-1] && !doubles[words[i]] && strings.ContainsFunc(words[i], unicode.IsLetter) {
			return true
		}
	}
	return false
}

// links lists what stands between a phrase and itself, alone or before an
// article. "line by line" says something.
var (
	links    = wordSet("as for from in into is of on to with")
	articles = wordSet("a an the")
)

// ofItself reports whether a phrase is said of itself. "the file to the file
// list" is not, since more follows, nor is "from node to node".
func ofItself(words []string) bool {
	for i, link := range words {
		if !links[link] {
			continue
		}
		next := i + 1
		if next < len(words) && articles[words[next]] {
			next++
		}
		for n := 1; n <= min(longestOfItself, i, len(words)-next); n++ {
			phrase, end := words[i-n:i], next+n
			switch {
			case !slices.Equal(phrase, words[next:end]), fillers[phrase[0]], len(phrase[n-1]) < 2:
			case end < len(words) && !fillers[words[end]]:
			case link == "to" && i > n && words[i-n-1] == "from":
			default:
				return true
			}
		}
	}
	return false
}

// saidBefore reports whether more than a fifth of all runs of three words
// stand earlier in the text too.
func saidBefore(words []string) bool {
	const fewest = 6
	if len(words) < fewest {
		return false
	}
	seen, again := map[[3]string]bool{}, 0
	for i := range len(words) - 2 {
		run := [3]string(words[i : i+3])
		if seen[run] {
			again++
		}
		seen[run] = true
	}
	return 5*again > len(words)-2
}

func isPunctuation(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

// unfinishedWords lists those that leave a sentence unfinished at its end.
var unfinishedWords = wordSet(`a an and are as at be between but by for from if into is its nor of or than that the their
	these this to when where which while whose with`)

func unfinished(text string) bool {
	if strings.HasSuffix(text, "…") || strings.HasSuffix(text, "...") {
		return true
	}
	words := strings.Fields(text)
	return unfinishedWords[strings.ToLower(strings.TrimFunc(words[len(words)-1], isPunctuation))]
}

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// fillers lists the words that say nothing of a function, as they are written.
var fillers = wordSet(`a about all an and any are as at be been being but by can could do does each either for from had
	has have how if in into is it its itself may more most must no nor not of off on once one only or other out over own
	same shall should so some such than that the their them then there these they this those through to under until up
	upon was we were what when where whether which while who whose why will with within without would you your
	doesn don isn return returns returned returning given specified provided function functions method methods`)

// contentWords returns the stems of the words of text that say something.
func contentWords(text string) []string {
	var content []string
	for _, w := range Words(text) {
		if utf8.RuneCountInString(w) > 1 && !fillers[w] {
			content = append(content, stem(w))
		}
	}
	return content
}

func stems(words []string) []string {
	for i, w := range words {
		words[i] = stem(w)
	}
	return words
}

// stem cuts the endings of the plural and of verbs off an English word in
// lower case. It need not be a word: only equal words must stay equal.
func stem(w string) string {
	cut := func(suffix string, least int) bool {
		rest, ok := strings.CutSuffix(w, suffix)
		if ok && len(rest) >= least {
			w = rest
			return true
		}
		return false
	}
	switch {
	case cut("ies", 2):
		w += "y"
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
	default:
		cut("s", 3)
	}
	if cut("ing", 3) || cut("ed", 3) {
		if n := len(w); n > 3 && w[n-1] == w[n-2] && strings.IndexByte("bdgmnprt", w[n-1]) >= 0 {
			w = w[:n-1]
		}
	}
	cut("e", 3)
	return w
}

// stands reports whether the stem w is among the others, or one is the
// beginning of the other.
func stands(w string, among []string) bool {
	const shortest = 4
	return slices.ContainsFunc(among, func(other string) bool {
		short, long := w, other
		if len(short) > len(long) {
			short, long = long, short
		}
		return short == long || len(short) >= shortest && strings.HasPrefix(long, short)
	})
}

// identifier matches what looks like code inside a sentence: words joined by
// underscores, dots, colons or arrows, a capital after a small letter, a call.
var identifier = lazyregexp.New(`[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|->|#)[\p{L}_$][\p{L}\p{N}_$]*)*(?:\(\))?`)

// proper lists names that are spelled like identifiers and are none.
var proper = wordSet(`docbook ecmascript github gitlab graphql ios iphone javadoc javascript jquery latex libuv linkedin
	macos mongodb mysql nosql nodejs openapi opengl openssl openssh phpdoc postgresql powershell protobuf rabbitmq
	restful sqlite typescript unicode webassembly webgl websocket websockets youtube e.g i.e node.js vue.js`)

// namesUnknown reports whether text names an identifier that is not in f's
// code. Case and punctuation do not count: content_type is contentType.
func namesUnknown(text string, f Function) bool {
	known := ""
	for _, word := range identifier.FindAllString(text, -1) {
		if !looksLikeCode(word) || proper[strings.ToLower(word)] {
			continue
		}
		if known == "" {
			known = squash(f.Name + " " + f.Code)
		}
		if !strings.Contains(known, squash(word)) {
			return true
		}
	}
	return false
}

func looksLikeCode(word string) bool {
	if strings.HasSuffix(word, "()") || strings.ContainsAny(word, ":>#$") || strings.Contains(strings.Trim(word, "_"), "_") {
		return true
	}
	if a, b, dotted := strings.Cut(word, "."); dotted {
		return len(a) > 1 && len(b) > 1 // and not e.g
	}
	small := false
	for _, r := range word {
		if unicode.IsUpper(r) && small {
			return true
		}
		small = unicode.IsLower(r)
	}
	return false
}

// squash leaves letters and digits, in lower case.
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
