package english

import "strings"

// doubled are verbs whose last letter is doubled before -ing.
var doubled = NewSet(`
	begin chop clip commit crop cut debug dedup dig drop emit flag fit format
	forget get grep hit let log map occur permit plan plot pop prefer put quit refer
	reset run scan set ship shut skip split stop strip submit sum swap tag 	transfer trim unwrap unzip wrap zip`)

// Gerund returns the form of a verb that ends in -ing.
func Gerund(verb string) string {
	switch {
	case doubled.Has(verb):
		return verb + verb[len(verb)-1:] + "ing"
	case strings.HasSuffix(verb, "ie"):
		return strings.TrimSuffix(verb, "ie") + "ying"
	case strings.HasSuffix(verb, "e") && !strings.HasSuffix(verb, "ee") && verb != "be":
		return strings.TrimSuffix(verb, "e") + "ing"
	}
	return verb + "ing"
}

// singulars end in s and are no plurals, plurals the other way round.
var (
	singulars = NewSet(`
		access address alias analysis atlas axis basis bias bonus bus business canvas
		census chaos chassis class compass consensus corpus cosmos cross diagnosis
		emphasis focus gas genesis genus hypothesis index kubernetes lens locus loss
		mass mess modulus nexus news paralysis pass plus previous process progress radius
		redis requires series species status success synopsis
		syntaxis this torus us virus windows`)
	plurals = NewSet(`children men people women criteria indices vertices matrices leaves
		feet mice phenomena axes `)
)

// IsPlural reports whether noun is most likely a plural.
func IsPlural(noun string) bool {
	noun = strings.ToLower(noun)
	switch {
	case plurals.Has(noun):
		return true
	case len(noun) < 3 || !strings.HasSuffix(noun, "s") || singulars.Has(noun):
		return false
	}
	return !strings.HasSuffix(noun, "ss") && !strings.HasSuffix(noun, "us") && !strings.HasSuffix(noun, "is")
}

// masses are nouns that take no "a".
var masses = NewSet(`
	access advice authentication authorization capacity content css data
	documentation equipment feedback hardware help html information info
	infrastructure input inventory json logic markdown markup memory metadata money
	music output padding progress research security software space
	spacing storage stuff support syntax text traffic whitespace xml yaml`)

// IsMass reports whether noun cannot be counted, so that "a" does not go before
// it.
func IsMass(noun string) bool { return masses.Has(noun) }

// Article returns "a" or "an", whichever goes before word. Capitals are spelled
// out: an HTTP request, a URL.
func Article(word string) string {
	if word == "" {
		return "a"
	}
	if word == strings.ToUpper(word) && len(word) > 1 {
		if strings.ContainsRune("AEFHILMNORSX", rune(word[0])) && !spoken.Has(word) {
			return "an"
		}
		return "a"
	}
	lower := strings.ToLower(word)
	for _, p := range []string{"uni", "use", "usa", "util", "uuid", "uri", "url", "one", "eu", "once", "utf", "user"} {
		if strings.HasPrefix(lower, p) && !strings.HasPrefix(lower, "unin") && !strings.HasPrefix(lower, "unim") {
			return "a"
		}
	}
	if strings.ContainsRune("aeiou", rune(lower[0])) || strings.HasPrefix(lower, "hour") || strings.HasPrefix(lower, "honest") {
		return "an"
	}
	return "a"
}

// spoken are acronyms that are read as words.
var spoken = NewSet(`nan ram rest rom sim lan mac nat raid saml scsi soap lua`)

// adjectives can stand after "is" and are no nouns.
var adjectives = NewSet(`
	absent absolute abstract accessible active alive alone ambiguous anonymous ascii
	asleep async asynchronous authentic available aware awake bad beautiful big bold
	busy canonical capable certain clean closed common compatible complete
	complex concurrent consistent contiguous correct corrupt current cyclic
	dead deep dense different direct dirty disjoint distinct done downloadable dry due dynamic
	eager early eligible empty enough entire equal equivalent even exact exclusive
	expensive explicit fair false familiar fast feasible final fine finite
	fixed free fresh full global good greedy hard healthy hidden honest
	identical idle illegal immediate immutable implicit important impossible incomplete
	independent indefinite infinite inline installable instant integral interactive
	internal invalid invisible isomorphic large late lazy legal likely linear
	live local loose loud low mandatory manual maximal memoizable minimal missing
	mobile mutable narrow native necessary negative nil none normal null nullable numeric odd offline
	okay online open optimal optional original orthogonal outdated overdue parallel partial
	pending perfect periodic persistent pinned plain pointless polymorphic portable positive possible
	present primary prime primitive private proper public pure quiet raw readonly
	ready real recent recursive redundant reflexive regular relative relevant reliable
	remote resident responsive safe same satisfiable secure sensitive separate serial
	shallow silent similar singular slow small sparse stable stale static stateless
	strict strong sufficient suitable symmetric synchronous taken thin tight transient transitive
	transparent true unavailable unaware undefined unique universal unknown unsafe up urgent
	usable useful valid verbose virtual visible volatile weak whole wide writable wrong zero`)

// notParticiples end like participles and are nouns.
var notParticiples = NewSet(`
	bed bleed breed creed deed feed greed heed need reed seed shed shred sled speed steed
	thread weed embed
	beginning binding blessing building ceiling clothing coding drawing encoding
	evening feeling filling heading hearing lightning listing mapping meaning meeting
	morning offering opening padding painting pricing ranking rating reading ring routing
	saving setting sibling siding signing spacing spelling string substring swing thing
	timing training tracking wing warning wording writing embedding rendering ordering`)

// IsAdjective reports whether word says how something is and cannot name it:
// an adjective, or the past participle of a regular verb.
func IsAdjective(word string) bool {
	word = strings.ToLower(word)
	if adjectives.Has(word) {
		return true
	}
	if len(word) < 5 || notParticiples.Has(word) {
		return false
	}
	for _, ending := range []string{"ed", "able", "ible", "less", "ful"} {
		if strings.HasSuffix(word, ending) {
			return !nouns.Has(word)
		}
	}
	return irregular.Has(word)
}

// irregular are past participles without -ed, and nouns are nouns that end like
// adjectives.
var (
	irregular = NewSet(`bound broken built chosen done drawn driven found frozen given gone
		held hidden known lost made paid sent shown sold sorted spoken stolen
		stopped taken thrown torn unbound unknown unset worn written`)
	nouns = NewSet(`cable enable disable handful syllable table timetable variable
		vegetable executable callable iterable deliverable constable 		awaitable observable disposable drawable hashtable throwable runnable parcelable `)
)

// IsParticiple reports whether word ends in -ing and is the gerund of a verb
// rather than a thing.
func IsParticiple(word string) bool {
	word = strings.ToLower(word)
	return len(word) > 4 && strings.HasSuffix(word, "ing") && !notParticiples.Has(word)
}
