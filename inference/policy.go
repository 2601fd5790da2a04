package inference

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/inference/naming"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// DefaultMinConfidence is the confidence below which a summary is not shown where
// the user has said nothing else, in editors and in the terminal: of such of the
// shipped model readers found three in four wrong (models/default/README.md).
const DefaultMinConfidence = 0.55

// unworthy returns why a text that the model wrote about f is not worth being
// read, or "". Such a text gives way to the sentence of the name, or to nothing.
// The place is what the model has read of where f stands: no more decides, for
// the function's key covers no more.
func unworthy(text string, f Function, place []byte) string {
	switch name := unknownName(text, f, place); {
	case text == "":
		return ""
	case beginsWithMark(text):
		return "it begins with a mark"
	case unbalanced(text):
		return "a bracket or a quotation is left open"
	case unfinished(text):
		return "it stops before it is finished"
	case name != "":
		return "it names " + name + ", which is nowhere in the code"
	case naming.IsTest(f) && !tests.MatchString(text):
		return "it does not say that it is a test"
	}
	return ""
}

// tests matches what is said of a test.
var tests = lazyregexp.New(`^(?:Regression )?(?:Asserts|Benchmarks|Checks|Confirms|Ensures|Exercises|Fuzzes|Makes sure|Measures|Tests?|Validates|Verif(?:ies|y))\b`)

func beginsWithMark(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return (unicode.IsPunct(first) || unicode.IsSymbol(first)) && first != '_' && first != '$'
}

// unbalanced reports whether brackets are not closed in their order, or one of a
// pair of quotation marks is missing.
func unbalanced(text string) bool {
	var open []rune
	for _, r := range text {
		switch r {
		case '(', '[', '{':
			open = append(open, r)
		case ')', ']', '}':
			pair := map[rune]rune{')': '(', ']': '[', '}': '{'}[r]
			if len(open) == 0 || open[len(open)-1] != pair {
				return true
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) > 0 || strings.Count(text, `"`)%2 != 0
}

var (
	// unfinishing words want another after them.
	unfinishing = english.NewSet(`a although an and because but either if its my neither nor of or our than the their when whether whose your`)
	// stranding words do too, unless their object stands before: "the class that
	// it belongs to", "the element to start from", "returns it as is".
	stranding = english.NewSet(`about are as at be between by for from in into is on onto through to upon was were where with within without`)
	objects   = english.NewSet(`as be been being is it of that they to us was we were what where which who you`)
)

func unfinished(text string) bool {
	words := strings.Fields(text)
	last := strings.TrimFunc(words[len(words)-1], unicode.IsPunct)
	switch {
	case last != strings.ToLower(last): // the name A
		return false
	case unfinishing.Has(last):
		return true
	case !stranding.Has(last):
		return false
	}
	for _, w := range words[:len(words)-1] {
		if objects.Has(w) {
			return false
		}
	}
	return true
}

// unknownName returns a name in text that is spelled as only code is, such as
// maxSize, max_size, size() or os.File, or an abbreviation such as DMA, that
// occurs nowhere in what is known of the function, or "". Case and punctuation do
// not count: content_type is contentType.
func unknownName(text string, f Function, place []byte) string {
	known := ""
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`,;"'“”‘’|/=+`, r) }) {
		word = strings.Trim(word, ".!?…[]{}<>*&`-")
		if !isCodeName(word) || properNames.Has(word) {
			continue
		}
		if known == "" {
			known = letters(f.Name+" "+f.Code) + " " + letters(string(place))
		}
		if !strings.Contains(known, letters(word)) {
			return word
		}
	}
	return ""
}

// properNames are spelled like code and are none, or abbreviations that everybody
// uses.
var properNames = english.NewSet(`
	api apis ascii cli cpu cpus css csv dns eof ftp gpu gui html http https ide ids ipc json lru nan null pdf png posix ram
	rest rpc sdk sha1 sha256 sql ssh ssl tcp tls true tty udp uri url usb utc utf utf-8 uuid xml yaml zip
	docbook ecmascript github gitlab graphql ios iphone javadoc javascript jquery latex libuv linkedin macos mongodb mysql
	node.js nosql openapi opengl openssl openssh phpdoc postgresql powershell protobuf rabbitmq restful sqlite typescript
	vue.js webassembly webgl websocket websockets youtube`)

var codeName = lazyregexp.New(`\(\)$|[:>#$]|\w_\w|\p{L}{2}\.\p{L}{2}|\p{Ll}\p{Lu}|^\p{Lu}[\p{Lu}\d]{2,}$`)

// isCodeName reports whether word is spelled as only names in code are: with a
// capital after a small letter, an underscore, a dot between two words, a call,
// nothing but capitals.
func isCodeName(word string) bool {
	return strings.ContainsFunc(word, unicode.IsLetter) && codeName.MatchString(strings.Trim(word, ":#>()")+word[len(strings.TrimSuffix(word, "()")):])
}

// letters leaves the letters and digits of s, in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
