package identity

import (
	"crypto/sha256"
	"strings"
	"testing"
)

// Keys differ wherever a part differs, and wherever parts only look the same
// one after the other.
func TestKey(t *testing.T) {
	f := Function{Language: "go", Path: "a/b.go", Container: "T", Name: "f", Code: "func f() {}"}
	change := func(change func(*Function)) Function {
		g := f
		change(&g)
		return g
	}
	long := change(func(f *Function) { f.Name = strings.Repeat("f", 1000) })
	seen := map[Key]string{}
	for name, key := range map[string]Key{
		"itself":           f.Key("m", []byte("p")),
		"another writer":   f.Key("n", []byte("p")),
		"another place":    f.Key("m", []byte("q")),
		"another language": change(func(f *Function) { f.Language = "c" }).Key("m", []byte("p")),
		"another name":     change(func(f *Function) { f.Name = "g" }).Key("m", []byte("p")),
		"other code":       change(func(f *Function) { f.Code = "func f() { }" }).Key("m", []byte("p")),
		"a part moves":     change(func(f *Function) { f.Language, f.Name = "gof", "" }).Key("m", []byte("p")),
		"the name goes on": change(func(f *Function) { f.Name = "fp" }).Key("m", nil),
		"a long name":      long.Key("m", nil),
	} {
		if other, ok := seen[key]; ok {
			t.Errorf("%s has the key of %s", name, other)
		}
		seen[key] = name
	}
	same := change(func(f *Function) { f.Path, f.Container, f.Sum = "c.go", "", sha256.Sum256([]byte(f.Code)) })
	if same.Key("m", []byte("p")) != f.Key("m", []byte("p")) {
		t.Error("a place that is not read, or a sum that is known, makes another key")
	}
	if n := testing.AllocsPerRun(10, func() { same.Key("m", []byte("p")) }); n > 0 {
		t.Errorf("a key takes %v allocations", n)
	}
}
