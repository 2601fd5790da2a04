package english

import "testing"

func TestForms(t *testing.T) {
	for _, test := range []struct {
		form func(string) string
		word string
		want string
	}{
		{ThirdPerson, "parse", "parses"},
		{ThirdPerson, "copy", "copies"},
		{ThirdPerson, "play", "plays"},
		{ThirdPerson, "push", "pushes"},
		{ThirdPerson, "go", "goes"},
		{ThirdPerson, "have", "has"},
		{ThirdPerson, "be", "is"},
		{ThirdPerson, "y", "ys"},
		{ThirdPerson, "", ""},
		{Gerund, "parse", "parsing"},
		{Gerund, "run", "running"},
		{Gerund, "free", "freeing"},
		{Gerund, "tie", "tying"},
		{Gerund, "visit", "visiting"},
		{Article, "apple", "an"},
		{Article, "user", "a"},
		{Article, "uninstaller", "an"},
		{Article, "hour", "an"},
		{Article, "URL", "a"},
		{Article, "HTTP", "an"},
		{Article, "RAM", "a"},
		{Article, "", "a"},
	} {
		if got := test.form(test.word); got != test.want {
			t.Errorf("%q gives %q, want %q", test.word, got, test.want)
		}
	}
}

func TestKinds(t *testing.T) {
	for name, test := range map[string]struct {
		is      func(string) bool
		yes, no []string
	}{
		"plural":     {IsPlural, []string{"headers", "children", "URLs"}, []string{"address", "status", "bus", "analysis", "is"}},
		"mass":       {IsMass, []string{"data", "JSON"}, []string{"file"}},
		"adjective":  {IsAdjective, []string{"empty", "enabled", "readable", "hidden"}, []string{"feed", "table", "thread", "header"}},
		"participle": {IsParticiple, []string{"loading", "running"}, []string{"string", "mapping", "ping"}},
		"verb":       {IsVerb, []string{"Parse", "list"}, []string{"header"}},
	} {
		for _, w := range test.yes {
			if !test.is(w) {
				t.Errorf("%s is not seen as a %s", w, name)
			}
		}
		for _, w := range test.no {
			if test.is(w) {
				t.Errorf("%s is seen as a %s", w, name)
			}
		}
	}
}
