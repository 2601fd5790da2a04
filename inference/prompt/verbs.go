package prompt

import (
	"slices"
	"strings"
)

// plainVerbs are hardly ever nouns: at the head of a sentence they are
// imperatives.
var plainVerbs = fields(`
	accept acquire activate add adjust advance aggregate allocate allow append
	apply assemble assert assign attach authenticate authorize begin bind
	broadcast build calculate capture check choose clean clear clone close
	collapse collect combine compare compile compress compute concatenate
	configure confirm connect construct consume convert copy create deactivate
	deallocate decode decompress decrement decrypt deduplicate define delete
	deliver dequeue derive deserialize destroy detach detect determine disable
	discard disconnect dispatch divide download drain draw drop emit emulate
	enable encode encrypt enqueue ensure enter enumerate escape establish
	evaluate evict examine exclude execute expand expose extract fetch fill find
	finish flatten flush force forward free gather generate get grant handle hide
	identify ignore implement import include increase increment indicate infer
	inherit initialise initialize inject insert inspect install instantiate
	interpolate intersect invalidate invert invoke iterate join keep launch load
	locate make manage marshal measure merge migrate modify mount multiply
	navigate normalize notify observe obtain open optimize parse partition pause
	perform persist pop populate prepare prepend preserve prevent produce
	propagate protect prove provide prune publish pull push put raise randomize
	read reallocate rebuild recalculate receive recompute reconcile reconnect
	recover redirect reduce refer refresh register reject reload remove rename
	render reorder replace reply represent require rescale reserve reset resize
	resolve respond restart restore restrict resume retrieve retry return reverse
	rewrite round run sanitize save select send serialize set show shuffle shut
	simplify skip slugify solve spawn specify split stop store stringify strip
	submit subscribe subtract suspend swap synchronize take terminate throw
	toggle tokenize transform translate traverse trim truncate try uninstall
	unlock unmarshal unmount unpack unregister unsubscribe unwrap update upgrade
	upload use validate verify visit wait wrap write yield`)

// nounVerbs are nouns as often as verbs: only an article or the like after
// them tells ("filter the list", but "filter for lists").
var nounVerbs = fields(`
	average balance block buffer cache call cancel cast change copy count cycle
	debounce delay display dump echo estimate exchange exit export fail filter
	flag focus format group guard guess hash highlight hold index issue iterate
	limit link list listen lock log look map mark match monitor move order paint
	patch place plot poll print process query queue rank record release repeat
	report request route sample scale scan schedule score search shift sign sleep
	sort start stream sum switch tag test throttle time trace track transfer
	trigger turn view walk zip`)

// articles are words that follow a verb and not a noun.
var articles = fields(`
	a all an any are at each every everything if in into it its itself multiple new
	no one only some that the their them these this those two up whether`)

// afterNoun are words that follow a noun and not an imperative.
var afterNoun = fields(`are as can has is must of should that was were which will`)

// verbs are all of them.
var verbs = fields(strings.Join(slices.Concat(plainVerbs, nounVerbs), " "))

// thirdPersons are the third persons of all verbs.
var thirdPersons = func() []string {
	var forms []string
	for _, v := range verbs {
		forms = append(forms, thirdPerson(v))
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}()

// fields returns the words of list, sorted.
func fields(list string) []string {
	words := strings.Fields(list)
	slices.Sort(words)
	return slices.Compact(words)
}

func contains(sorted []string, word string) bool {
	_, ok := slices.BinarySearch(sorted, strings.ToLower(word))
	return ok
}

func isPlainVerb(word string) bool { return contains(plainVerbs, word) }

func isThirdPerson(word string) bool { return contains(thirdPersons, word) }

// isImperative reports whether word is a verb without ending, seen from the
// word after it.
func isImperative(word, next string) bool {
	switch {
	case next == "" || contains(afterNoun, next):
		return false
	case isPlainVerb(word):
		return true
	}
	return contains(nounVerbs, word) && contains(articles, next)
}

// thirdPerson returns the third person singular of a regular English verb.
func thirdPerson(verb string) string {
	last := verb[len(verb)-1]
	switch {
	case last == 's' || last == 'x' || last == 'z' || last == 'o' || strings.HasSuffix(verb, "ch") || strings.HasSuffix(verb, "sh"):
		return verb + "es"
	case last == 'y' && !strings.ContainsRune("aeiou", rune(verb[len(verb)-2])):
		return verb[:len(verb)-1] + "ies"
	}
	return verb + "s"
}
