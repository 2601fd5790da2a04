// Command pack encodes a corpus as the editor would: with gloss's own
// tokenizer and the prompt form that the model's description names. So there
// is no second implementation of either that could differ.
//
//	pack -model DIR -data train.jsonl -out DIR/train
//
// writes four NumPy arrays, all of uint16, and says what they are in a fifth
// file:
//
//	train.x.npy   the prompts' ids, one after the other, markers included
//	train.xl.npy  each prompt's length
//	train.y.npy   the references' ids, without the end-of-sequence token
//	train.yl.npy  each reference's length
//	train.json    the prompt form, the tokenizer's hash, the number of pairs
//
// With -prompts it writes the prompts as JSON lines {"ids"} instead, which is
// what "gloss model generate" reads.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

type options struct {
	model, data, out string
	limit            int
	prompts          bool
}

// header is the fifth file.
type header struct {
	Prompt         models.Prompt `json:"prompt"`
	MaxInputTokens int           `json:"maxInputTokens"`
	Tokenizer      string        `json:"tokenizerSHA256"`
	Vocabulary     int           `json:"vocabulary"`
	Pairs          int           `json:"pairs"`
	// TooLong counts the references that do not fit the description's
	// MaxOutputTokens. They are left out.
	TooLong int `json:"tooLong"`
}

func main() {
	var o options
	flag.StringVar(&o.model, "model", models.Default, "a model's name or directory: its tokenizer.json and gloss.json are used")
	flag.StringVar(&o.data, "data", "", "JSON lines of the corpus (needed)")
	flag.StringVar(&o.out, "out", "", "the output files' name without their endings (needed, outside of any work tree)")
	flag.IntVar(&o.limit, "limit", 0, "pack a random sample of so many pairs; 0 means all")
	flag.BoolVar(&o.prompts, "prompts", false, "write the prompts alone, as JSON lines, to standard output")
	flag.Parse()
	if o.data == "" || o.out == "" && !o.prompts {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(o options, stdout, log io.Writer) error {
	model, err := models.Open(o.model)
	if err != nil {
		return err
	}
	file, err := model.ReadFile("tokenizer.json")
	if err != nil {
		return err
	}
	tok, err := tokenizer.Load(file)
	if err != nil {
		return err
	}
	defer tok.Close()
	form, err := prompt.New(model.Description, tok)
	if err != nil {
		return err
	}
	pairs, err := corpus.Read(o.data)
	if err != nil {
		return err
	}
	if o.prompts {
		return writePrompts(stdout, pairs, form)
	}
	if tok.VocabSize() > math.MaxUint16+1 {
		return fmt.Errorf("the vocabulary of %s has %d tokens; more than %d do not fit the arrays", model, tok.VocabSize(), math.MaxUint16+1)
	}
	shuffle(pairs)
	if o.limit > 0 && o.limit < len(pairs) {
		pairs = pairs[:o.limit]
	}
	h := header{
		Prompt: model.Description.Prompt, MaxInputTokens: model.Description.MaxInputTokens,
		Vocabulary: tok.VocabSize(),
	}
	sum := sha256.Sum256(file)
	h.Tokenizer = hex.EncodeToString(sum[:])
	x, y := packed{}, packed{}
	for _, p := range pairs {
		reference := tok.Encode(p.Reference)
		if len(reference) >= model.Description.MaxOutputTokens { // with the end-of-sequence token
			h.TooLong++
			continue
		}
		x.add(form.Prompt(p.Function()).IDs)
		y.add(reference)
	}
	h.Pairs = len(x.lengths)
	for name, values := range map[string][]uint16{".x.npy": x.ids, ".xl.npy": x.lengths, ".y.npy": y.ids, ".yl.npy": y.lengths} {
		if err := corpus.WriteFile(o.out+name, func(w io.Writer) error { return writeArray(w, values) }); err != nil {
			return err
		}
	}
	fmt.Fprintf(log, "%d pairs, %.1f tokens a prompt, %.1f a reference, %d references too long\n",
		h.Pairs, float64(len(x.ids))/float64(h.Pairs), float64(len(y.ids))/float64(h.Pairs), h.TooLong)
	return corpus.WriteFile(o.out+".json", func(w io.Writer) error { return json.NewEncoder(w).Encode(h) })
}

func writePrompts(w io.Writer, pairs []corpus.Pair, form prompt.Form) error {
	encoder := json.NewEncoder(w)
	for _, p := range pairs {
		if err := encoder.Encode(map[string][]int64{"ids": form.Prompt(p.Function()).IDs}); err != nil {
			return err
		}
	}
	return nil
}

// shuffle orders pairs at random, the same way every time, so that a part of
// the arrays is a fair sample of all languages.
func shuffle(pairs []corpus.Pair) {
	random := rand.New(rand.NewPCG(7, 11))
	random.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
}

// packed is many sequences in one array.
type packed struct{ ids, lengths []uint16 }

func (p *packed) add(ids []int64) {
	for _, id := range ids {
		p.ids = append(p.ids, uint16(id))
	}
	p.lengths = append(p.lengths, uint16(len(ids)))
}
