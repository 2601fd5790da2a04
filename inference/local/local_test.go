package local

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

// The token that ends a turn ends a text, whether the model's files name it
// alone, among others, or not at all.
func TestEnds(t *testing.T) {
	shipped, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	b, err := shipped.ReadFile("tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.Load(b)
	if err != nil {
		t.Fatal(err)
	}
	defer tok.Close()
	turn, ok := tok.TokenID("<|im_end|>")
	if !ok || turn == 0 {
		t.Fatalf("<|im_end|> is %d, %v", turn, ok)
	}
	for generation, want := range map[string][]int64{
		`{"eos_token_id": 2}`:      {2},
		`{"eos_token_id": [0, 2]}`: {0, 2},
		`{"eos_token_id": [0, 7]}`: {0, 7, turn},
		`{}`:                       {5, turn}, // config.json's
	} {
		dir := t.TempDir()
		for name, content := range map[string]string{"config.json": `{"eos_token_id": 5}`, "generation_config.json": generation} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m, err := models.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := ends(m, tok); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", generation, got, want)
		}
	}
	if got := ends(shipped, tok); !slices.Equal(got, shipped.Generation.EOS) {
		t.Errorf("the shipped model's texts end at %v, want %v", got, shipped.Generation.EOS)
	}
}
