package naming

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
)

// nameVerbs are verbs at the start of a name beside those of package english.
var nameVerbs = english.NewSet(`
	abort accumulate activate advertise align amend analyse analyze animate annotate annul apply approve archive
	arrange ask attempt await backfill bake ban batch become blend bootstrap bounce bring brew broadcast bubble bump bundle burn
	cap categorize center chain change chunk clamp classify clip coerce commit communicate compact complete
	compose concat conclude configure consolidate constrain consult continue contract contribute coordinate
	correct crawl crop cut deactivate debug decline decompose decorate decouple dedupe defer deflate delegate demote deny depart
	deploy deprecate derive descend deschedule describe deselect detach develop devide diff differentiate dim disassemble disallow discover
	dismiss dispose distribute divide dock dot double drag drive duplicate earn edit eject elect elevate eliminate embed
	employ emulate encapsulate enforce enhance enlarge enrich enroll enqueue enter equip erase escalate evaluate exclude exec exhaust
	expire explain explode explore expect factor fade fake feed finalize finish fire fit fix fold follow forbid forget
	fork form format freeze fuse gain gather give grab greet grow halt have heal help hook hydrate
	ignite illustrate impersonate impose imply impress improve indent indicate inflate inform init inline inquire insist instrument
	intercept intern interpret interrupt introduce investigate invite involve isolate iterate kill kick lay lead leave
	lend lift load log login lower lookup maintain make map mask maximize memoize migrate minimize minify mirror mix mock monitor
	mutate mute negate negotiate nest note obscure offer omit operate order overlay override overwrite own pack pad
	park pass paste pay peek pick pin pipe place plan play point poison polish postpone precompute predict
	prefetch preload prefer preprocess press pretend preview prime proceed project promote prompt propose provision proxy punch purge
	quantize queue quit quote rate reach react rearrange reassign rebind rebase recycle recall recommend reconfigure reconstruct
	rectify recurse redo redraw reduce reformat refactor refine reflect refuse regenerate reindex reinitialize reinstall
	relate relax relay relinquish rely remember remind remap reopen reparse repair rephrase replay replicate repopulate reprocess requeue
	request require reschedule rescue resend resample reserve reside resubmit resync rethrow retain retire retrieve reuse
	revalidate reveal revert revise revoke reword rewind rotate salt satisfy scaffold scatter scrape scroll seal secure seed
	seek segment separate serve share shift shrink signal simulate sink slice slide smooth snap sniff snooze
	spin splice spread squash stage stamp standardize stash steal step stitch stub subclass substitute subsume succeed
	suggest summarize supply support suppress surround swallow sweep symlink sync tabulate take tap teach tear tell tidy
	tie tighten tokenize touch transcode transcribe transition transmit transpose treat tune tweak unbind unblock
	uncompress undelete undo unescape unfold unfollow unfreeze unhide unify unlink unload unmount unmute unpark unpause unpin
	unquote unread unroll unselect unserialize unset unsign unstash untag untar unzip upsert vacuum vary vote wake
	warm warn wash watch weigh widen wipe withdraw worry yank zero zoom aggregate assert assemble
	setup cleanup shutdown teardown logout rollback checkout startup signup signin backup lint grep chmod
	escape evict execute fetch fill find flush hide launch lint obtain parse raise ring
	subscribe unsubscribe unregister unlock unmarshal retrieve normalise serialise deserialise sanitise initialise optimise
	visualize synthesize localize globalize customize specialize generalize materialize parametrize parameterize parallelize linearize
	finalise capitalize lowercase uppercase camelize pluralize singularize humanize titleize underscore dasherize authorise recognize organize prioritize
	instantiate concatenate intersect inflate deflate hydrate dehydrate promisify stringify jsonify beautify prettify notify modify verify classify
	amplify clarify identify justify qualify quantify signify simplify specify testify unify magnify solidify`)

// compounds are verbs that are written as one word and said as two.
var compounds = map[string]string{
	"setup": "set up", "cleanup": "clean up", "shutdown": "shut down", "teardown": "tear down", "login": "log in",
	"logout": "log out", "logoff": "log off", "lookup": "look up", "backup": "back up", "rollback": "roll back", "checkout": "check out",
	"startup": "start up", "signup": "sign up", "signin": "sign in", "signout": "sign out",
}

// particles follow a verb and belong to it.
var (
	particles = english.NewSet(`up down out off in away`)
	phrasal   = english.NewSet(`back break build burn check clean close cool count dial drill fade figure fill flip
		go hand keep lay lock log look mark mix move opt pack page power pop push read ring roll round scale scroll send set settle
		shut sign slide slow speed spin start step swap switch tear tick time trade turn wake warm wind write zoom fan print pan spell clock`)
	// alone are verbs that need no object.
	alone = english.NewSet(`abort bail exit quit terminate wait sleep`)
)

// nominal are plain verbs that name things as often where they end a name.
var nominal = english.NewSet(`
	access build capture check collapse discard display download draw drop exchange force forward handle hide
	import include increase increment insert install launch load measure merge mount offset open pause pop pull push put raise read refund
	release render replace reply return reverse round run save select set shuffle split start stop store take test throw update upgrade
	upload use write yield`)

// compounding are plain verbs that are the first part of a noun as often, if a
// thing follows: load factor, read timeout.
var compounding = english.NewSet(`
	access build close connect display download draw enter force forward handle hide import include insert install load merge mount
	open pause pull push read refresh release render replace reply reset retry return reverse round run save select split start stop store
	test update upgrade upload write`)

// inside are verbs that are taken for one in the middle of a name.
var inside = english.NewSet(`build close load open reset save set start stop update write read insert`)

// leaning are verbs that are nouns as often and, at the start of a name, mostly
// verbs. The others of their kind are verbs only where more speaks for it.
var leaning = english.NewSet(`
	calculate call cancel change check commit copy count debounce display dump edit estimate exit export fail filter focus format guess
	listen lock log match monitor move paint patch place print process query report release repeat scan schedule search shift show
	signal sleep sort start stop switch sync test throttle track transfer trigger walk zip mark map reset return run set`)

// things are nouns that make a compound of the noun before them: start index,
// format string, copy count.
var things = english.NewSet(`
	address area base bit bits block body bound bounds box buffer button byte bytes cache callback case code codec color column config context count
	counter data date day delay depth description dialog dimension directory distance duration end entry error event
	extension factor field file filename flag flags form format frame function group handle handler hash header height history
	hook icon id identifier image index info information input instance interval item key keys kind label language layer layout length
	level limit line link list location lock log manager map margin mask matrix menu message method mode model module
	name namespace node number object offset operation operator option options order output padding page panel parameter
	parameters params path pattern point pointer policy pool port position prefix priority process progress property queue
	radius range rate ratio ref reference region request response result results rule rules scale schema score screen
	sequence series service session set setting settings shape size source space speed stack stage state statement status step stream string
	strategy style suffix symbol table tag target task template text threshold time timeout timer title token tree type
	unit url uri user util value values variable vector version view weight width window word zone stats statistics count modifier`)

// isVerb reports whether a word may be a verb at the start of a name.
func isVerb(w string) bool { return english.IsVerb(w) || nameVerbs.Has(w) || compounds[w] != "" }

// isCertain reports whether it can be nothing else there.
func isCertain(w string) bool {
	return english.IsPlainVerb(w) || nameVerbs.Has(w) && !leaning.Has(w) || compounds[w] != ""
}

// makers are verbs whose object is new, so that it has an indefinite article.
var makers = english.NewSet(`add allocate append construct create declare define emit generate instantiate make push register
	spawn throw raise insert prepend enqueue mock fake `)

// verb is the rule for names with a verb.
func verb(n *name) (string, bool) {
	words := n.words
	if said, ok := n.special(); ok {
		return said, true
	}
	if words[0] == "try" && len(words) > 1 && isVerb(words[1]) {
		said, _ := n.action(words[1:], func(v string) string { return v })
		if said == "" {
			return "", true
		}
		return "tries to " + said, true
	}
	if words[0] == "must" && n.Language == "go" && len(words) > 1 && isVerb(words[1]) {
		said, _ := n.action(words[1:], english.ThirdPerson)
		if said == "" {
			return "", true
		}
		return said + " and panics on failure", true
	}
	if n.begins() {
		said, _ := n.action(words, english.ThirdPerson)
		return said, true
	}
	if said, ok := n.prefixed(english.ThirdPerson); ok {
		return said, true
	}
	// A verb that may be a noun as well decides nothing, except that a compound
	// of things is a noun: cache key, hash code.
	last := words[len(words)-1]
	return "", isVerb(words[0]) && !(len(words) == 2 && things.Has(last) && n.head.returns)
}

// begins reports whether the name's first word is its verb.
func (n *name) begins() bool {
	w := n.words[0]
	if len(n.words) == 1 {
		return isCertain(w) || leaning.Has(w) && !n.head.returns || isVerb(w) && n.namesParameter()
	}
	second, last := n.words[1], n.words[len(n.words)-1]
	compound := things.Has(last) && n.head.returns && !implicit.Has(n.Language) && !english.IsPlural(last) && !n.namesParameter() && !prepositions.Has(second)
	switch {
	case n.snake && n.verbLast():
		return isCertain(w) && !nominal.Has(w)
	case isCertain(w) && !compounding.Has(w):
		return true
	case isCertain(w), leaning.Has(w):
		return !compound
	case !isVerb(w):
		return false
	}
	if prepositions.Has(second) || particles.Has(second) && phrasal.Has(w) {
		return !n.head.returns
	}
	return !n.head.returns && n.head.seen || english.IsPlural(last) || n.namesParameter()
}

// namesParameter reports whether a parameter is called as the words after the
// first, or as the last of them: hashPassword(password).
func (n *name) namesParameter() bool {
	if len(n.words) == 1 {
		_, ok := n.object()
		return ok
	}
	whole := strings.Join(n.words[1:], " ")
	for _, p := range n.head.params {
		said := strings.Join(spell(Words(p), p), " ")
		if said != "" && (said == whole || said == n.words[len(n.words)-1]) {
			return true
		}
	}
	return false
}

// verbLast reports whether the last word is a verb and nothing else, as in
// http_parser_init.
func (n *name) verbLast() bool {
	last := n.words[len(n.words)-1]
	return english.IsPlainVerb(last) && !nominal.Has(last)
}

// onto are verbs that take a preposition before what they change.
var onto = map[string]string{"append": "to", "add": "to", "insert": "into", "prepend": "to", "push": "onto", "write": "to", "read": "from"}

// prefixed is the reading of names that begin with a type or module:
// http_parser_init, ngx_http_parse_header.
func (n *name) prefixed(form func(string) string) (string, bool) {
	if len(n.words) < 2 || !n.snake && !n.verbLast() || n.Language == "haskell" {
		return "", false
	}
	at := slices.IndexFunc(n.words[1:], func(w string) bool {
		return english.IsPlainVerb(w) && !nominal.Has(w) || n.snake && inside.Has(w)
	}) + 1
	if at == 0 || slices.ContainsFunc(n.words[:at], func(w string) bool { return function.Has(w) || english.IsPlainVerb(w) }) {
		return "", false
	}
	prefix, v := n.words[:at], n.words[at]
	if at < len(n.words)-1 {
		if len(n.words) > at+1 && (v == "get" || v == "set" || isCertain(v)) {
			said, _ := n.action(n.words[at:], form)
			return said, true
		}
		return "", true
	}
	if v == "set" || v == "get" || alone.Has(v) || nominal.Has(v) {
		return "", true
	}
	article := "the"
	if v == "create" {
		article = "a"
	}
	what, ok := nounPhrase(prefix, article)
	if !ok || english.IsPlainVerb(prefix[len(prefix)-1]) {
		return "", true
	}
	if p := onto[v]; p != "" {
		if !collections.Has(prefix[len(prefix)-1]) {
			return "", true
		}
		what = p + " " + what
	}
	return form(v) + " " + what, true
}

// collections are things that others are added to.
var collections = english.NewSet(`array buffer collection heap list map pool queue ring set stack string table tree vector`)

// action says a verb with what follows it. form puts the verb into its form.
func (n *name) action(words []string, form func(string) string) (string, bool) {
	v, rest := words[0], words[1:]
	if two := compounds[v]; two != "" {
		if len(rest) > 0 && v != "setup" && v != "cleanup" && v != "teardown" && v != "lookup" && things.Has(rest[len(rest)-1]) {
			return "", false // the login page
		}
		first, particle, _ := strings.Cut(two, " ")
		return n.phrasal(form(first), particle, rest)
	}
	if len(rest) > 0 && particles.Has(rest[0]) && phrasal.Has(v) && !(rest[0] == "in" && len(rest) > 1) {
		return n.phrasal(form(v), rest[0], rest[1:])
	}
	if len(rest) > 1 && (rest[0] == "and" || rest[0] == "or") && isVerb(rest[1]) && len(rest) < 5 {
		if v == "get" && rest[0] == "or" && !english.IsPlainVerb(rest[1]) {
			return "", false
		}
		second, ok := n.action(rest[1:], form)
		if !ok {
			return "", false
		}
		return form(v) + " " + rest[0] + " " + second, true
	}
	if i := slices.Index(rest, "and"); i > 0 && i+1 < len(rest) && (isCertain(rest[i+1]) || rest[i+1] == "die") {
		left, ok := n.action(words[:i+1], form)
		right, ok2 := form(rest[i+1]), len(rest) == i+2 && ending.Has(rest[i+1])
		if len(rest) > i+2 {
			right, ok2 = n.action(rest[i+1:], form)
		}
		return left + " and " + right, ok && ok2
	}
	if v == "get" && n.head.returns && returners.Has(n.Language) {
		v = "return"
	}
	if len(rest) == 0 {
		return n.bare(v, form)
	}
	switch {
	case v == "ensure":
		return n.ensured(form(v), rest)
	case len(rest) == 1 && (rest[0] == "front" || rest[0] == "back") && v == "push":
		return form(v) + " to the " + rest[0], true
	case len(rest) == 1 && (rest[0] == "front" || rest[0] == "back") && v == "pop":
		return form(v) + " from the " + rest[0], true
	case len(rest) == 1 && sides.Has(rest[0]) && v != "get" && v != "set" && v != "return":
		return "", false
	case v == "mark" && len(rest) == 1 && english.IsAdjective(rest[0]):
		return form(v) + " " + n.subject() + " as " + rest[0], true
	case v == "mark" && len(rest) == 2 && rest[0] == "as" && english.IsAdjective(rest[1]):
		return form(v) + " " + n.subject() + " as " + rest[1], true
	case v == "make" && len(rest) == 1 && english.IsAdjective(rest[0]):
		return form(v) + " " + n.subject() + " " + rest[0], true
	case (v == "set" || v == "return" || v == "get") && len(rest) == 1 && english.IsAdjective(rest[0]) && rest[0] != "default":
		return form(v) + " whether " + n.subject() + " is " + rest[0], true
	case (v == "set" || v == "return" || v == "get") && len(rest) == 2 && (rest[0] == "is") && english.IsAdjective(rest[1]):
		return form(v) + " whether " + n.subject() + " is " + rest[1], true
	case gerundTakers.Has(v) && len(rest) == 1 && english.IsParticiple(rest[0]):
		return form(v) + " " + rest[0], true
	case v == "get" || v == "return" && n.words[0] == "get":
		if rest[0] == "by" || rest[0] == "or" || rest[0] == "and" || rest[0] == "if" {
			return "", false
		}
	case v == "to", v == "use" && strings.HasPrefix(n.plain, "use") && !n.snake && isScript(n.Language):
		return "", false // React's hooks
	}
	if prepositions.Has(rest[0]) && transitive.Has(v) && !(rest[0] == "by" && v != "set" && v != "get") && onto[v] != rest[0] {
		return "", false
	}
	article := "the"
	switch {
	case makers.Has(v):
		article = "a"
	case v == "return" || v == "get":
		article = "its"
	case v == "convert" || v == "cast":
		return n.converted(form(v), rest)
	}
	said, ok := complement(rest, article, n)
	if !ok {
		return "", false
	}
	return form(v) + " " + said, true
}

// sides are nouns that name nothing by themselves.
var sides = english.NewSet(`left right front back top bottom head tail`)

// ensured says what is made sure: that a directory exists, that it is open.
func (n *name) ensured(verb string, words []string) (string, bool) {
	last := words[len(words)-1]
	state := "is " + last
	switch {
	case last == "exists":
		words, state = words[:len(words)-1], "exists"
	case persistent.Has(last):
		state = "exists"
	case !english.IsAdjective(last):
		return "", false
	case len(words) == 1:
		return verb + " that " + n.subject() + " " + state, true
	default:
		words = words[:len(words)-1]
	}
	what, ok := nounPhrase(words, "the")
	if !ok || english.IsPlural(words[len(words)-1]) {
		return "", false
	}
	return verb + " that " + what + " " + state, true
}

// persistent are things that exist or do not.
var persistent = english.NewSet(`directory folder table database bucket index`)

// ending are verbs that may end a name after "and", transitive those that need
// an object before a preposition.
var (
	ending     = english.NewSet(`close continue exit quit retry return wait die restart reload flush`)
	transitive = english.NewSet(`add check define disable enable find get give has insert lookup make prepend put register return set take test use validate verify`)
)

// returners are languages whose programmers write that a getter returns; those of
// the others write that it gets.
var returners = english.NewSet(`c cpp go javascript javascriptreact`)

// gerundTakers are verbs before another: starts recording.
var gerundTakers = english.NewSet(`start stop begin continue keep finish resume pause enable disable allow prevent`)

// phrasal says a verb of two words.
func (n *name) phrasal(verb, particle string, rest []string) (string, bool) {
	if len(rest) == 0 {
		if s := n.subject(); s != "it" && n.head.arity == 0 && (particle == "up" || particle == "down") {
			return verb + " " + particle + " " + s, true
		}
		if object, ok := n.object(); ok && particle != "in" && particle != "out" {
			return verb + " " + particle + " the " + object, true
		}
		return verb + " " + particle, true
	}
	said, ok := complement(rest, "the", n)
	if !ok {
		return "", false
	}
	return verb + " " + particle + " " + said, true
}

// open are verbs whose parameter is rather how than what.
var open = english.NewSet(`
	be close connect do execute exit fetch find flush get go have init initialize invoke load list open perform query read refresh reset
	return run search select sleep start stop wait become enter handle leave query call try use build make create apply
	configure generate sync`)

// bare says a verb that stands alone, by its parameter or its receiver.
func (n *name) bare(v string, form func(string) string) (string, bool) {
	if alone.Has(v) && v != "wait" && v != "sleep" && n.head.arity == 0 {
		return form(v), true
	}
	if object, ok := n.object(); ok && !open.Has(v) {
		what, ok := nounPhrase(strings.Fields(object), "the")
		if p := onto[v]; ok && p != "" && (v == "write" || v == "read") {
			what = p + " " + what
		}
		return form(v) + " " + what, ok
	}
	if s := n.subject(); s != "it" && n.head.arity == 0 && owned.Has(v) {
		return form(v) + " " + s, true
	}
	return "", false
}

// owned are verbs that a method does to what it belongs to.
var owned = english.NewSet(`
	abort activate build cancel clean clear clone close commit compact compile configure connect copy deactivate delete destroy detach disable
	disconnect dispose drain dump enable evict execute expire flush finalize finish freeze init initialize invalidate
	kill launch load lock mount normalize open optimize parse pause persist print purge refresh release reload remove
	render reopen repair reset resize restart restore resume retry reverse rewind rotate run save seal serve shuffle shutdown sort start stop suspend
	sync terminate toggle trim truncate unload unlock unmount update validate verify`)

// special are names whose words do not say what they mean.
func (n *name) special() (string, bool) {
	switch strings.Join(n.words, " ") {
	case "get or default", "get or else", "compute if absent", "handle", "execute", "perform", "process", "visit":
		if object, ok := n.object(); ok && n.words[0] != "get" && n.words[0] != "compute" {
			return english.ThirdPerson(n.words[0]) + " the " + object, true
		}
		if s := n.subject(); s != "it" && n.words[0] == "execute" && n.head.arity == 0 {
			return "executes " + s, true
		}
		return "", true
	case "get":
		if len(n.head.params) == 1 && n.head.returns {
			switch n.head.params[0] {
			case "key":
				return "returns the value for the key", true
			case "index", "idx":
				return "returns the element at the index", true
			}
		}
		return "", true
	case "set":
		if len(n.head.params) == 2 && n.head.params[0] == "key" {
			return "sets the value for the key", true
		}
		return "", true
	case "open", "close", "flush", "reset", "clear":
		return "", false
	}
	return "", false
}

func isScript(language string) bool {
	return strings.HasPrefix(language, "javascript") || strings.HasPrefix(language, "typescript")
}
