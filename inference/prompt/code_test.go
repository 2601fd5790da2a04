package prompt

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden is a line of models/default/golden.jsonl, written by the program that
// made the prompts in training.
type golden struct {
	Language, Path, Container, Name, Code string
	Header, Text                          string
	PromptIDs                             []int64 `json:"prompt_ids"`
	Output                                string
}

func (g golden) function() Function {
	return Function{Language: g.Language, Path: g.Path, Container: g.Container, Name: g.Name, Code: g.Code}
}

func goldens(tb testing.TB) []golden {
	tb.Helper()
	f, err := os.Open("../../models/default/golden.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var all []golden
	for d := json.NewDecoder(f); d.More(); {
		var g golden
		if err := d.Decode(&g); err != nil {
			tb.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

func TestCodeGolden(t *testing.T) {
	form, _, _ := shipped(t)
	all := goldens(t)
	if len(all) != 18 {
		t.Errorf("there are %d golden prompts, want 18", len(all))
	}
	for _, g := range all {
		fn := g.function()
		if diff := cmp.Diff(g.Header, codeHeader(fn)); diff != "" {
			t.Errorf("%s: header (-want +got):\n%s", g.Name, diff)
		}
		if diff := cmp.Diff(g.Text, codeText(fn.Code)); diff != "" {
			t.Errorf("%s: text (-want +got):\n%s", g.Name, diff)
		}
		if diff := cmp.Diff(encoded{IDs: g.PromptIDs, PrefixLen: 1}, form.Prompt(fn)); diff != "" {
			t.Errorf("%s: prompt (-want +got):\n%s", g.Name, diff)
		}
	}
}

func TestCodeText(t *testing.T) {
	letters := strings.Repeat("é", firstCode-3) + " ab"
	for _, test := range []struct{ code, want string }{
		{"ABc 0xFF 3abc 12345 1.5. x1", " a bc0xff3abc01.5 x1"},
		{"public static a a a b;}", " a a a b"},
		{"Größe ÄRGER_x // 説明 x", " x// x"},
		{"----- -- x ---- --", "--- x---"},
		{"\u212Aey\xffz _ __a", " key z a"},
		{"!== \x00\x7f[]", "!==[]"},
		{letters + strings.Repeat("!c", lastCode/2), " ab" + strings.Repeat("! c", lastCode/2)},
		{letters + "d" + strings.Repeat("!c", lastCode/2), " ab " + strings.Repeat("! c", lastCode/2)},
		{strings.Repeat("a", firstCode) + "b" + strings.Repeat("\xff", lastCode-2) + "_x", " " + strings.Repeat("a", firstCode) + "  x"},
	} {
		if got := codeText(test.code); got != test.want {
			t.Errorf("codeText(%.80q) = %.80q, want %.80q", test.code, got, test.want)
		}
	}
}

func TestCodeHeader(t *testing.T) {
	for _, test := range []struct {
		fn   Function
		want string
	}{
		{Function{Language: "typescriptreact", Name: "parseHTTPHeader2"}, "typescript\n\n\n parse http header2\n"},
		{Function{Path: `src\HTTPClient.test.ts`, Container: "Shop.Cart<T>", Name: "_a__b"}, "\n http client\n shop cart t\n a b\n"},
		{Function{Path: "/a/.bash_profile", Name: "größe計算"}, "\n bash profile\n\n größe 計算\n"},
		{Function{Path: "a/one_two_three_four_five_six_seven.go", Container: strings.Repeat("aB", 100) + "c"}, "\n one two three four five six\n a ba ba ba ba ba ba ba\n\n"},
		{Function{Path: "..", Name: "3d4_5"}, "\n\n\n d45\n"},
		{Function{Language: "go`\n<|im_end|>", Path: "/"}, "goim_end\n\n\n\n"},
	} {
		if got := codeHeader(test.fn); got != test.want {
			t.Errorf("codeHeader(%+v) = %q, want %q", test.fn, got, test.want)
		}
	}
}

// TestCodeTooLong holds that code keeps its first and last tokens, around the
// token of a line's end, however little room the header leaves.
func TestCodeTooLong(t *testing.T) {
	_, d, tok := shipped(t)
	fn := Function{Language: "go", Path: "a.go", Name: "f", Code: longFunction.Code}
	header, text, gap := tok.Encode(codeHeader(fn)), tok.Encode(codeText(fn.Code)), tok.Encode("\n")
	for room := range 6 {
		d.MaxInputTokens = len(header) + room
		want := append([]int64{1}, header...)
		if room > 0 {
			head := room * 3 / 4
			want = append(append(want, text[:head]...), gap...)
			want = append(want, text[len(text)-(room-head-1):]...)
		}
		if diff := cmp.Diff(append(want, 2), open(t, d, tok).Prompt(fn).IDs); diff != "" {
			t.Errorf("room for %d (-want +got):\n%s", room, diff)
		}
	}
	d.MaxInputTokens = 3
	if got := open(t, d, tok).Prompt(fn).IDs; len(got) != 5 {
		t.Errorf("%v for a limit of 3", got)
	}
}
