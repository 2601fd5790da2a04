package bpe

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// The vocabulary and the merges are nearly all of a tokenizer.json, 100,000
// small values. encoding/json takes an editor's start as long again for them,
// so the cursor below reads them and leaves the rest to encoding/json.

// maxID bounds what a vocabulary can make this package allocate. The largest
// vocabularies in use have about 260,000 tokens.
const maxID = 1<<20 - 1

// tokenID is an id as a tokenizer.json has it.
type tokenID uint32

func (id *tokenID) UnmarshalJSON(b []byte) error { return id.parse(string(b)) }

func (id *tokenID) parse(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > maxID {
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			s = "(no number)" // not quoted: the file may be a link to a secret
		}
		return fmt.Errorf("the id %.40s is not an integer from 0 to %d", s, maxID)
	}
	*id = tokenID(n)
	return nil
}

// vocabulary is model.vocab.
type vocabulary struct {
	ids    map[string]uint32 // by content
	tokens []string          // the content of each id, "" for none
}

// define makes content the token of id.
func (v *vocabulary) define(content string, id uint32) error {
	if int(id) >= len(v.tokens) {
		v.tokens = append(v.tokens, make([]string, int(id)+1-len(v.tokens))...)
	}
	if old := v.tokens[id]; old != "" {
		return fmt.Errorf("the id %d belongs to %.40q and to %.40q", id, old, content)
	}
	n := len(v.ids)
	v.tokens[id], v.ids[content] = content, id
	if len(v.ids) == n {
		return fmt.Errorf("%.40q has a second id, %d", content, id)
	}
	return nil
}

// merges lists the pairs of tokens to merge, the first to apply first.
type merges [][2]string

// bulk is what the cursor reads of a tokenizer.json. What has not the form of
// a BPE's vocabulary and merges is left in rest.
type bulk struct {
	vocab  vocabulary
	merges merges
	rest   []byte // the file with null in the place of the two
}

// readBulk takes the vocabulary and the merges out of a tokenizer.json. It
// checks the syntax of these two alone.
func readBulk(tokenizerJSON []byte) (bulk, error) {
	var (
		b    bulk
		c    = cursor{text: string(tokenizerJSON)}
		kept int
	)
	cut := func(twice bool, read func() error) error {
		if twice { // a file full of them would have memory set aside for each
			return fmt.Errorf("model.vocab or model.merges is there twice")
		}
		b.rest = append(append(b.rest, c.text[kept:c.i]...), "null"...)
		err := read()
		kept = c.i
		return err
	}
	err := c.object(func(key string) error {
		if key != "model" || c.peek() != '{' {
			return c.skip()
		}
		return c.object(func(key string) error {
			switch first := c.peek(); {
			case key == "vocab" && first == '{':
				return cut(b.vocab.ids != nil, func() error { return b.vocab.read(&c) })
			case key == "merges" && first == '[':
				return cut(b.merges != nil, func() error { return b.merges.read(&c) })
			}
			return c.skip()
		})
	})
	b.rest = append(b.rest, c.text[kept:]...)
	return b, err
}

func (v *vocabulary) read(c *cursor) error {
	const typicalEntry = 20 // bytes of JSON
	n := (len(c.text) - c.i) / typicalEntry / 2
	*v = vocabulary{make(map[string]uint32, n), make([]string, 0, n)}
	return c.object(func(content string) error {
		var id tokenID
		if err := id.parse(c.scalar()); err != nil {
			return fmt.Errorf("model.vocab: token %.40q: %w", content, err)
		}
		if content == "" {
			return nil // stands for no text, and no text has it
		}
		if err := v.define(content, uint32(id)); err != nil {
			return fmt.Errorf("model.vocab: %w", err)
		}
		return nil
	})
}

func (m *merges) read(c *cursor) error {
	const typicalEntry = 10 // bytes of JSON
	*m = make(merges, 0, (len(c.text)-c.i)/typicalEntry/2)
	return c.array(func() error {
		pair, err := c.merge()
		if err != nil {
			return fmt.Errorf("model.merges: entry %d: %w", len(*m), err)
		}
		*m = append(*m, pair)
		return nil
	})
}

// cursor reads JSON from text at i.
type cursor struct {
	text string
	i    int
}

// peek skips white space and returns the byte after it, 0 at the end.
func (c *cursor) peek() byte {
	for ; c.i < len(c.text); c.i++ {
		switch b := c.text[c.i]; b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}

// take skips white space and then b, which must be there.
func (c *cursor) take(b byte) error {
	if c.peek() != b {
		// What stands there is not quoted either.
		return fmt.Errorf("expected %q at byte %d of %d", b, c.i, len(c.text))
	}
	c.i++
	return nil
}

// object reads an object and calls field after each key, to read the value.
func (c *cursor) object(field func(key string) error) error {
	return c.list('{', '}', func() error {
		key, err := c.str()
		if err != nil {
			return err
		}
		if err := c.take(':'); err != nil {
			return err
		}
		return field(key)
	})
}

// array reads an array and calls element to read each element.
func (c *cursor) array(element func() error) error { return c.list('[', ']', element) }

func (c *cursor) list(open, end byte, element func() error) error {
	if err := c.take(open); err != nil {
		return err
	}
	if c.peek() == end {
		c.i++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if c.peek() != ',' {
			return c.take(end)
		}
		c.i++
	}
}

// skip passes over a value. It finds the end of one that is well formed, and
// leaves it to encoding/json to say whether it is.
func (c *cursor) skip() error {
	for depth := 0; ; {
		switch c.peek() {
		case 0:
			return fmt.Errorf("the file ends inside a value")
		case '"':
			if _, err := c.str(); err != nil {
				return err
			}
		case '{', '[':
			c.i++
			depth++
		case '}', ']':
			c.i++
			depth--
		case ',', ':':
			c.i++
		default:
			c.scalar()
		}
		if depth <= 0 {
			return nil
		}
	}
}

// str reads a string.
func (c *cursor) str() (string, error) {
	if err := c.take('"'); err != nil {
		return "", err
	}
	start := c.i
	end := strings.IndexByte(c.text[start:], '"')
	if end >= 0 && isPlain(c.text[start:start+end]) {
		c.i += end + 1
		return c.text[start : start+end], nil
	}
	for i := start; i < len(c.text); i++ {
		switch c.text[i] {
		case '\\':
			i++
		case '"':
			c.i = i + 1
			var s string
			err := json.Unmarshal([]byte(c.text[start-1:c.i]), &s)
			return s, err
		}
	}
	return "", fmt.Errorf("the string at byte %d has no end", start)
}

// isPlain reports whether s, between quotes, is JSON for itself.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] == '\\' || s[i] < ' ' {
			return false
		}
	}
	return true
}

// scalar reads up to the end of a number or of whatever stands in its place.
func (c *cursor) scalar() string {
	c.peek()
	start := c.i
	for c.i < len(c.text) && strings.IndexByte(",:{}[]\" \t\r\n", c.text[c.i]) < 0 {
		c.i++
	}
	return c.text[start:c.i]
}

// merge reads one merge: "a b" in older files, ["a", "b"] in newer ones.
func (c *cursor) merge() (pair [2]string, err error) {
	if c.peek() == '"' {
		s, err := c.str()
		if err != nil {
			return pair, err
		}
		a, b, ok := strings.Cut(s, " ")
		if !ok || strings.Contains(b, " ") {
			return pair, fmt.Errorf("%.40q is not two tokens with one space between them", s)
		}
		return [2]string{a, b}, nil
	}
	n := 0
	err = c.array(func() error {
		s, err := c.str()
		if err == nil && n < len(pair) {
			pair[n] = s
		}
		n++
		return err
	})
	if err == nil && n != len(pair) {
		err = fmt.Errorf("%d tokens in one merge", n)
	}
	return pair, err
}
