package english

import (
	"slices"
	"strings"
)

// plainVerbs are hardly ever nouns: at the head of a sentence they are
// imperatives.
var plainVerbs = NewSet(`
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
var nounVerbs = NewSet(`
	average balance block buffer cache call cancel cast change copy count cycle
	debounce delay display dump echo estimate exchange exit export fail filter
	flag focus format group guard guess hash highlight hold index issue iterate
	limit link list listen lock log look map mark match monitor move order paint
	patch place plot poll print process query queue rank record release repeat
	report request route sample scale scan schedule score search shift sign sleep
	sort start stream sum switch tag test throttle time trace track transfer
	trigger turn view walk zip`)

// articles are words that follow a verb and not a noun.
var articles = NewSet(`
	a all an any are at each every everything if in into it its itself multiple new
	no one only some that the their them these this those two up whether`)

// afterNoun are words that follow a noun and not an imperative.
var afterNoun = NewSet(`are as can has is must of should that was were which will`)

// thirdPersons are the third persons of all verbs.
var thirdPersons = func() Set {
	var forms []string
	for _, v := range slices.Concat(plainVerbs, nounVerbs) {
		forms = append(forms, ThirdPerson(v))
	}
	return NewSet(strings.Join(forms, " "))
}()

// IsPlainVerb reports whether word is a verb that is hardly ever a noun.
func IsPlainVerb(word string) bool { return plainVerbs.Has(word) }

// IsVerb reports whether word may be a verb: a plain one, or one that is a noun
// as often.
func IsVerb(word string) bool { return plainVerbs.Has(word) || nounVerbs.Has(word) }

// IsThirdPerson reports whether word is the third person of a verb.
func IsThirdPerson(word string) bool { return thirdPersons.Has(word) }

// IsArticle reports whether word is one that follows a verb and not a noun.
func IsArticle(word string) bool { return articles.Has(word) }

// IsImperative reports whether word is a verb without ending, seen from the
// word after it.
func IsImperative(word, next string) bool {
	switch {
	case next == "" || afterNoun.Has(next):
		return false
	case IsPlainVerb(word):
		return true
	}
	return nounVerbs.Has(word) && IsArticle(next)
}

// ThirdPerson returns the third person singular of a verb.
func ThirdPerson(verb string) string {
	switch verb {
	case "":
		return ""
	case "be":
		return "is"
	case "have":
		return "has"
	}
	switch last := verb[len(verb)-1]; {
	case last == 's' || last == 'x' || last == 'z' || last == 'o' || strings.HasSuffix(verb, "ch") || strings.HasSuffix(verb, "sh"):
		return verb + "es"
	case last == 'y' && len(verb) > 1 && !strings.ContainsRune("aeiou", rune(verb[len(verb)-2])):
		return verb[:len(verb)-1] + "ies"
	}
	return verb + "s"
}
