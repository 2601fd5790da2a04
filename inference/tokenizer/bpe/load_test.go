package bpe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// small is a tokenizer.json of every field that matters, for tests to change.
const small = `{
	"added_tokens": [
		{"id": 9, "content": "<s>", "special": true},
		{"id": 10, "content": "<w>", "single_word": true},
		{"id": 11, "content": "<m>", "lstrip": true, "rstrip": true},
		{"id": 12, "content": "<m>>", "normalized": true, "special": true}
	],
	"normalizer": null,
	"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
	"post_processor": {"type": "ByteLevel"},
	"decoder": {"type": "ByteLevel"},
	"model": {
		"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "", "end_of_word_suffix": null,
		"fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
		"vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "Ġa": 5, "abc": 6, "\u003c": 7, "bc": 8},
		"merges": ["a b", ["b", "c"], ["Ġ", "a"]]
	}
}`

var llama3Split = `{"type": "Split", "behavior": "Isolated", "pattern": {"Regex": ` + strconv.Quote(llama3Regex) + `}}`

// splitBy is a pre_tokenizer that splits as a regular expression says.
func splitBy(regex string) string {
	return `{"type": "Sequence", "pretokenizers": [{"type": "Split", "behavior": "Isolated", "pattern": {"Regex": ` + strconv.Quote(regex) + `}},
		{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]}`
}

// spaced is a tokenizer.json as Gemma's, for tests to change.
var spaced = func() string {
	var bytes strings.Builder
	for b := range 256 {
		fmt.Fprintf(&bytes, `, "<0x%02X>": %d`, b, 20+b)
	}
	return `{
	"added_tokens": [
		{"id": 9, "content": "<s>", "special": true},
		{"id": 10, "content": "\n\n"},
		{"id": 11, "content": "<u>"}
	],
	"normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
	"pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false},
	"post_processor": null,
	"decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
	"model": {
		"type": "BPE", "byte_fallback": true, "fuse_unk": true, "unk_token": "a",
		"vocab": {"a": 0, "b": 1, "▁": 2, "a▁b": 3, "▁b": 4, "<": 5, "s": 6, ">": 7, "<s": 8, "<s>": 9, "\n\n": 10, "é": 12` + bytes.String() + `},
		"merges": [["▁", "b"], ["a", "▁b"], ["<", "s"], ["<s", ">"]]
	}
}`
}()

func TestCharacters(t *testing.T) {
	tok, err := Load([]byte(spaced))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name          string
		text          string
		plain, marked []int64
		decoded       string // "" for text, of plain
	}{
		{name: "tokens reach over spaces", text: "a b a", plain: []int64{3, 2, 0}},
		{name: "bytes of what is no token", text: "aéö", plain: []int64{0, 12, 20 + 0xC3, 20 + 0xB6}},
		{name: "no special token is made by rules", text: "<s>", plain: []int64{8, 7}, marked: []int64{9}},
		{name: "runs of white space are tokens", text: "a\n\n\nb", plain: []int64{0, 10, 20 + '\n', 1}},
		{name: "other added tokens are not", text: "<u>", plain: []int64{5, 20 + 'u', 7}, marked: []int64{11}},
		{name: "a space's own character", text: "a▁b", plain: []int64{3}, decoded: "a b"},
		{name: "a byte's name", text: "<0x41>", plain: []int64{5, 20 + '0', 20 + 'x', 20 + '4', 20 + '1', 7}},
	}
	for _, tt := range tests {
		if got := tok.Encode(tt.text); !slices.Equal(got, tt.plain) {
			t.Errorf("%s: Encode(%q) = %v, want %v", tt.name, tt.text, got, tt.plain)
		}
		want := tt.marked
		if want == nil {
			want = tt.plain
		}
		if got := tok.EncodeSpecial(tt.text); !slices.Equal(got, want) {
			t.Errorf("%s: EncodeSpecial(%q) = %v, want %v", tt.name, tt.text, got, want)
		}
		if tt.decoded == "" {
			tt.decoded = tt.text
		}
		if got := tok.Decode(tt.plain, true); got != tt.decoded {
			t.Errorf("%s: Decode(%v) = %q, want %q", tt.name, tt.plain, got, tt.decoded)
		}
	}
	// Of bytes that are no text each is one U+FFFD.
	if got, want := tok.Decode([]int64{0, 20 + 0xE2, 20 + 0x96, 1, 20 + 0xC3, 20 + 0xB6}, true), "a\uFFFD\uFFFDbö"; got != want {
		t.Errorf("Decode of a cut character = %q, want %q", got, want)
	}
}

func TestCharactersRefuses(t *testing.T) {
	for oldNew, want := range map[[2]string]string{
		{`"normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}`, `"normalizer": null`}:                          "spaces are not replaced",
		{`"normalizer": {"type": "Replace", "pattern": {"String": " "}`, `"normalizer": {"type": "Replace", "pattern": {"String": "x"}`}: "spaces are not replaced",
		{`{"type": "Split", "pattern": {"String": " "}`, `{"type": "Split", "pattern": {"String": "x"}`}:                                 `pre_tokenizer with this "Split"`,
		{`"type": "Split"`, `"type": "Metaspace"`}:                                                   `pre_tokenizer with this "Metaspace"`,
		{`{"type": "ByteFallback"}, `, ``}:                                                           "decoder other than",
		{`{"type": "Fuse"}`, `{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1}`}:      "decoder other than",
		{`"pattern": {"String": "▁"}, "content": " "`, `"pattern": {"String": "▁"}, "content": "x"`}: "a decoder that does not replace",
		{`"<0xC3>": `, `"<0xc3>": `}:                                                                 "<0xC3> is not in model.vocab",
	} {
		if !strings.Contains(spaced, oldNew[0]) {
			t.Fatalf("the test's tokenizer.json has no %s", oldNew[0])
		}
		_, err := Load([]byte(strings.Replace(spaced, oldNew[0], oldNew[1], 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", oldNew[1], err, want)
		}
	}
}

// change replaces old with new in small.
func change(tb testing.TB, oldNew ...string) []byte {
	tb.Helper()
	s := small
	for i := 0; i < len(oldNew); i += 2 {
		if !strings.Contains(s, oldNew[i]) {
			tb.Fatalf("the test's tokenizer.json has no %s", oldNew[i])
		}
		s = strings.Replace(s, oldNew[i], oldNew[i+1], 1)
	}
	return []byte(s)
}

func TestLoadRefuses(t *testing.T) {
	const elsewhere = "hf_tokenizers"
	tests := []struct {
		old, new string
		want     []string // parts of the error
	}{
		{`"BPE"`, `"Unigram"`, []string{`"Unigram"`, elsewhere}},
		{`"BPE"`, `"WordPiece"`, []string{`"WordPiece"`, elsewhere}},
		{`"normalizer": null`, `"normalizer": {"type": "Lowercase"}`, []string{`normalizer with this "Lowercase"`, elsewhere}},
		{`"normalizer": null`, `"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Prepend", "prepend": "▁"}]}`, []string{`normalizer with this "Prepend"`, elsewhere}},
		{`"normalizer": null`, `"normalizer": {"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}]}`, []string{`normalizer with this "Replace"`, elsewhere}},
		{`"normalizer": null`, `"normalizer": {"type": "Replace", "pattern": {"Regex": " +"}, "content": "x"}`, []string{`normalizer with this "Replace"`, elsewhere}},
		{`"pre_tokenizer": {"type": "ByteLevel"`, `"pre_tokenizer": {"type": "Metaspace"`, []string{`"Metaspace"`, elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, `null`, []string{"without a pre_tokenizer or byte_fallback", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, `{"type": "Digits"}`, []string{`this "Digits" as step 1 of 1`, elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, `{"type": "Sequence", "pretokenizers": []}`, []string{"empty pre_tokenizer", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, `{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}`, []string{`"ByteLevel" as step 1 of 2`, elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, `{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "x"}}, {"type": "ByteLevel"}]}`, []string{`"Split" as step 1 of 2`, elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`x`), []string{"splits by a pattern that does not end", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`\b\w+` + tail), []string{`splits by a pattern with \b`, elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`x(?=y)` + tail), []string{"looks around", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`^x` + tail), []string{"looks around", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`[a[b]]` + tail), []string{"a class", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`[]a]` + tail), []string{"a class", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`[` + tail), []string{"Go's regular expressions", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`a)|(b` + tail), []string{"Go's regular expressions", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`x*` + tail), []string{"Go's regular expressions", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`x++(` + tail), []string{"Go's regular expressions", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(strings.Repeat("x", maxRegex) + tail), []string{"splits by a pattern", elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, `{"type": "Sequence", "pretokenizers": [` + llama3Split + `, {"type": "ByteLevel", "add_prefix_space": false}]}`, []string{`"ByteLevel" as step 2 of 2`, elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, llama3Split, []string{`"Split" as step 1 of 1`, elsewhere}},
		{`{"type": "ByteLevel", "add_prefix_space": false}`, `{"type": "Sequence", "pretokenizers": [{"type": "Digits"}, ` + llama3Split + `]}`, []string{`"Split" as step 2 of 2`, elsewhere}},
		{`"post_processor": {"type": "ByteLevel"}`, `"post_processor": {"type": "BertProcessing"}`, []string{`"BertProcessing"`, elsewhere}},
		{`"decoder": {"type": "ByteLevel"}`, `"decoder": {"type": "WordPiece"}`, []string{`decoder of type "WordPiece"`, elsewhere}},
		{`"decoder": {"type": "ByteLevel"}`, `"decoder": null`, []string{"without a decoder", elsewhere}},
		{`"byte_fallback": false`, `"byte_fallback": true`, []string{"byte_fallback where spaces", elsewhere}},
		{`"dropout": null`, `"dropout": 0.1`, []string{"dropout 0.1", elsewhere}},
		{`"continuing_subword_prefix": ""`, `"continuing_subword_prefix": "##"`, []string{`"##"`, elsewhere}},
		{`"end_of_word_suffix": null`, `"end_of_word_suffix": "</w>"`, []string{`"</w>"`, elsewhere}},

		{`"unk_token": null`, `"unk_token": "?"`, []string{"unk_token", `"?"`}},
		{`"a b"`, `"a z"`, []string{"merges", "entry 0", `"z"`}},
		{`"a b"`, `"z a"`, []string{"merges", "entry 0", `"z"`}},
		{`"a b"`, `"b a"`, []string{"merges", "entry 0", `"ba"`}},
		{`"a b"`, `"ab"`, []string{"merges", "entry 0", `"ab"`, "space"}},
		{`"a b"`, `"a b c"`, []string{"merges", "entry 0", `"a b c"`, "space"}},
		{`["b", "c"]`, `["b", "c", "c"]`, []string{"merges", "entry 1", "3 tokens"}},
		{`["b", "c"]`, `["b"]`, []string{"merges", "entry 1", "1 tokens"}},
		{`["b", "c"]`, `[0, 1]`, []string{"merges", "entry 1"}},
		{`["b", "c"]`, `7`, []string{"merges", "entry 1"}},
		{`"merges": [`, `"merges": [], "merges": [`, []string{"model.merges", "twice"}},
		{`"vocab": {`, `"vocab": {}, "vocab": {`, []string{"model.vocab", "twice"}},
		{`"merges": [`, `"none": [`, []string{"model.merges"}},
		{`"vocab": {`, `"none": {`, []string{"model.vocab"}},
		{`"b": 1`, `"b": 0`, []string{"vocab", "id 0", `"a"`, `"b"`}},
		{`"b": 1`, `"a": 1`, []string{"vocab", `"a"`, "second id"}},
		{`"b": 1`, `"b": -1`, []string{"vocab", `"b"`, "-1"}},
		{`"b": 1`, `"b": 1.5`, []string{"vocab", `"b"`, "1.5"}},
		{`"b": 1`, `"b": 1152921504606846976`, []string{"vocab", `"b"`, "1152921504606846976"}},
		{`"b": 1`, `"b": [1]`, []string{"vocab", `"b"`}},
		{`"model": {`, `"model": {"vocab": {}}, "model": {`, []string{"model.vocab", "twice"}},
		{`"b": 1`, `"b": 1 "d": 2`, []string{"expected"}},
		{`"id": 9`, `"id": 1152921504606846976`, []string{"1152921504606846976"}},
		{`"id": 9`, `"id": 8`, []string{"added_tokens", "id 8", `"bc"`, `"<s>"`}},
		{`"content": "<s>"`, `"content": "` + strings.Repeat("<", maxAdded+1) + `"`, []string{"added_tokens", "512 bytes"}},
		{`"content": "<s>"`, `"content": "a"`, []string{"added_tokens", `"a"`}},
		{`"normalizer": null`, `"normalizer": nul`, []string{"malformed"}},
		{`"Ġ": 3`, "\"\xff\": 3", []string{"UTF-8"}},
	}
	for _, tt := range tests {
		tok, err := Load(change(t, tt.old, tt.new))
		if err == nil {
			t.Errorf("%s instead of %s: no error", tt.new, tt.old)
			continue
		}
		if tok != nil {
			t.Errorf("%s: a Tokenizer with the error %v", tt.new, err)
		}
		for _, want := range append(tt.want, "tokenizer.json") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q lacks %q", tt.new, err, want)
			}
		}
	}
}

func TestLoadAccepts(t *testing.T) {
	const (
		pre   = `{"type": "ByteLevel", "add_prefix_space": false}`
		whole = `{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}`
	)
	tests := []struct {
		name    string
		oldNew  []string
		text    string
		special bool
		want    []int64
		decoded string // "" for text
	}{
		{name: "merges in both forms, the first one first", text: "abc bc", want: []int64{4, 2, 3, 8}},
		{name: "ranks decide", oldNew: []string{`"a b", ["b", "c"]`, `["b", "c"], ["a", "b"]`}, text: "abc", want: []int64{0, 8}},
		{name: "escapes", text: "<", want: []int64{7}},
		{name: "bytes without a token", text: "a?b", want: []int64{0, 1}, decoded: "ab"},
		{name: "whose neighbours meet", oldNew: []string{pre, whole}, text: "a?b", want: []int64{4}, decoded: "ab"},
		{name: "an unknown token for each", oldNew: []string{`"unk_token": null`, `"unk_token": "c"`}, text: "a??b", want: []int64{0, 2, 2, 1}, decoded: "accb"},
		{name: "an unknown token for all", oldNew: []string{`"unk_token": null`, `"unk_token": "c"`, `"fuse_unk": false`, `"fuse_unk": true`}, text: "a??b?", want: []int64{0, 2, 1, 2}, decoded: "acbc"},
		{name: "a whole piece", oldNew: []string{`"ignore_merges": false`, `"ignore_merges": true`}, text: "abc", want: []int64{6}},
		{name: "no piece is a special token", oldNew: []string{`"ignore_merges": false`, `"ignore_merges": true`, `"bc": 8`, `"bc": 8, "<s>": 9`, pre, whole}, text: "<s>", want: []int64{7}, decoded: "<"},
		{name: "a space in front", oldNew: []string{pre, `{"type": "ByteLevel"}`}, text: "a", want: []int64{5}, decoded: " a"},
		{name: "a sequence", oldNew: []string{pre, `{"type": "Sequence", "pretokenizers": [{"type": "Digits"}, ` + pre + `]}`}, text: "a b", want: []int64{0, 3, 1}},
		{name: "NFC", oldNew: []string{`"normalizer": null`, `"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]}`, `"b": 1`, `"b": 1, "ÃĦ": 13, "Ã": 14, "Ħ": 15`, `"a b"`, `["Ã", "Ħ"], "a b"`}, text: "aA\u0308b", want: []int64{0, 13, 1}, decoded: "aÄb"},
		{name: "an added token that is normalized away", oldNew: []string{`"normalizer": null`, `"normalizer": {"type": "Replace", "pattern": {"String": "<m>>"}, "content": ""}`}, special: true, text: "a<m>>b", want: []int64{0, 11, 1}, decoded: "a<m>b"},
		{name: "blanks of their own are no forgery", oldNew: []string{`"id": 9, "content": "<s>", "special": true`, `"id": 9, "content": "  "`}, text: "a  b", want: []int64{0, 9, 1}},
		{name: "unless they are special", oldNew: []string{`"id": 9, "content": "<s>"`, `"id": 9, "content": "  "`}, text: "a  b", want: []int64{0, 3, 3, 1}},
		{name: "no rule makes a special token", oldNew: []string{`"id": 9, "content": "<s>"`, `"id": 4, "content": "ab"`}, text: "abc", want: []int64{0, 8}},
		{name: "another split", oldNew: []string{pre, splitBy(`a|[^a\s]+` + tail)}, text: "abc", want: []int64{0, 8}},
		{name: "a split with groups", oldNew: []string{pre, splitBy(`(a)|([^a\s]+)` + tail)}, text: "abc  bc", want: []int64{0, 8, 3, 3, 8}},
		{name: "Llama 3's split", oldNew: []string{pre, `{"type": "Sequence", "pretokenizers": [` + llama3Split + `, ` + whole + `]}`}, text: "a\u3000b", want: []int64{0, 1}, decoded: "ab"},
		{name: "a template", oldNew: []string{`"post_processor": {"type": "ByteLevel"}`, `"post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing"}]}`}, text: "ab", want: []int64{4}},
		{name: "no type, as in old files", oldNew: []string{`"type": "BPE", `, ``}, text: "ab", want: []int64{4}},
		{name: "no post-processor", oldNew: []string{`{"type": "ByteLevel"}`, `null`}, text: "ab", want: []int64{4}},

		{name: "added tokens are plain text", text: "a<s>b<m>", want: []int64{0, 7, 1, 7}, decoded: "a<b<"},
		{name: "or not", special: true, text: "a<s>b", want: []int64{0, 9, 1}, decoded: "ab"},
		{name: "a single word", special: true, text: "a<w>b <w>", want: []int64{0, 7, 1, 3, 10}, decoded: "a<b <w>"},
		{name: "white space goes with its token", special: true, text: "a \u3000<m> \n b", want: []int64{0, 11, 1}, decoded: "a<m>b"},
		{name: "what is not normalized comes first", special: true, text: "<m>>", want: []int64{11}, decoded: "<m>"},
		{name: "then the normalized", oldNew: []string{`"content": "<m>"`, `"content": "<n>"`}, special: true, text: "a<m>>b", want: []int64{0, 12, 1}, decoded: "ab"},
		{name: "the longest", oldNew: []string{`"content": "<w>", "single_word": true`, `"content": "<s>b"`}, special: true, text: "<s>bc", want: []int64{10, 2}, decoded: "<s>bc"},
	}
	for _, tt := range tests {
		tok, err := Load(change(t, tt.oldNew...))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		encode := tok.Encode
		if tt.special {
			encode = tok.EncodeSpecial
		}
		got := encode(tt.text)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: ids of %q = %v, want %v", tt.name, tt.text, got, tt.want)
		}
		if tt.decoded == "" {
			tt.decoded = tt.text
		}
		if text := tok.Decode(got, true); text != tt.decoded {
			t.Errorf("%s: Decode(%v) = %q, want %q", tt.name, got, text, tt.decoded)
		}
	}
}

// FuzzLoad checks that any file gives an error or a Tokenizer that works.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(spaced))
	f.Add(change(f, `{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`(?i:'s)|[^\r\n\p{L}]?[\p{L}\p{M}]+|\p{N}`+tail)))
	f.Add(change(f, `{"type": "ByteLevel", "add_prefix_space": false}`, splitBy(`(a)|[`+tail)))
	f.Add(change(f, `"normalizer": null`, `"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "bb"}]}`))
	f.Add([]byte(`{"model": {"vocab": {"a": 1048575}, "merges": []}, "decoder": {"type": "ByteLevel"}, "pre_tokenizer": {"type": "ByteLevel"}}`))
	f.Add([]byte(`{"model": {"vocab": {"\ud800": 0, "": 1}, "merges": [["\\", "\u0000"]]}}`))
	f.Add([]byte(`{"model": {"merges": [["\`))
	f.Add([]byte(`{"a": [[[[{"b": "\"]"}]]]], "model": []}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := Load(data)
		if err != nil {
			return
		}
		for _, text := range []string{"abc <s>abc</s> 12", string(data)} {
			for _, ids := range [][]int64{tok.Encode(text), tok.EncodeSpecial(text)} {
				for _, id := range ids {
					if id < 0 || id > maxID {
						t.Fatalf("id %d of %q", id, text)
					}
				}
				tok.Decode(ids, false)
			}
		}
	})
}

// A tokenizer.json may be a link to a file that is nobody's business.
func TestErrorsQuoteNoSecret(t *testing.T) {
	const secret = "hunter2"
	for _, text := range []string{
		secret,
		"password=" + secret,
		`"` + secret + `"`,
		`["` + secret + `"]`,
		"{" + secret + "}",
		`{"auths": {"host": {"auth": "` + secret + `"}}}`,
		`{"auths": ` + secret + `}`,
		`{"model": "` + secret + `"}`,
		`{"model": {"` + secret + `": 1}}`,
		`{"model": {"vocab": "` + secret + `", "merges": []}}`,
		`{"model": {"vocab": {"a": ` + secret + `}}}`,
		`{"added_tokens": [{"id": "` + secret + `"}]}`,
		`{"model": {"vocab": {}, "merges": []}, "added_tokens": ["` + secret + `"]}`,
	} {
		if _, err := Load([]byte(text)); err == nil || strings.Contains(err.Error(), secret[:3]) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
