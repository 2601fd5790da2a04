package onnx

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// written writes l into a folder and names its files.
func written(t *testing.T, l testmodel.T5) Graph {
	t.Helper()
	dir := t.TempDir()
	if err := l.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	var g Graph
	g.Encoder, g.Path, g.WithPast = l.Paths(dir)
	return g
}

// Tokens that a decoder writes one after the other, detours and given texts have
// the probabilities that one run without a cache gives them.
func TestEncoderDecoderLogProbs(t *testing.T) {
	for _, kind := range beamKinds[2:] {
		m := beamModel(t, 128, kind)
		direct := func(prompt, text []int64) (probs []float64) {
			for i, id := range text {
				probs = append(probs, probabilities(t, m, prompt, text[:i], GenerateOptions{MaxNewTokens: len(text)})[id])
			}
			return probs
		}
		before := live.Load()
		for i, prompt := range [][]int64{{5}, benchPrompt(3, 128), benchPrompt(70, 128), benchPrompt(2, 128)} {
			o := GenerateOptions{MaxNewTokens: 8, Score: [][]int64{{9}, {1, 2, 3, 4, 5, 6, 7}, benchPrompt(90, 128)}, Detours: 3}
			out, err := m.Generate(t.Context(), prompt, o)
			if err != nil {
				t.Fatal(err)
			}
			near(t, i, out.LogProbs, direct(prompt, out.IDs))
			for k, text := range o.Score {
				near(t, i, out.Scores[k], direct(prompt, text))
			}
			if len(out.Detours) != 3 {
				t.Errorf("prompt %d: %d detours", i, len(out.Detours))
			}
			for _, d := range out.Detours {
				near(t, i, d.LogProbs, direct(prompt, d.IDs))
				if !slices.Equal(d.IDs[:d.At], out.IDs[:d.At]) || d.IDs[d.At] == out.IDs[d.At] {
					t.Errorf("prompt %d: %v does not leave %v at %d", i, d.IDs, out.IDs, d.At)
				}
			}
		}
		if now := live.Load(); now != before {
			t.Errorf("%s: %d native objects were left behind", kind, now-before)
		}
	}
}

// Files that are missing, swapped, of two models or no parts of one are named,
// with what is wrong.
func TestPartsRefuse(t *testing.T) {
	if err := Initialize(onnxtest.Library(t)); err != nil {
		t.Fatal(err)
	}
	merged, split := testmodel.TinyT5, testmodel.TinyT5
	split.Split = true
	wide, deep, narrow := split, split, split
	wide.Hidden, wide.HeadDim = 64, 8
	deep.DecoderLayers = 4
	narrow.Vocab = 100
	one, two := written(t, merged), written(t, split)
	w, d, n := written(t, wide), written(t, deep), written(t, narrow)
	for want, g := range map[string]Graph{
		"encoder_model.onnx: it is no encoder that gloss can feed: input \"encoder_attention_mask\" is unknown":                                     {Encoder: renamed(t, two.Path, "encoder_model.onnx"), Path: two.Path, WithPast: two.WithPast},
		"decoder_model_merged.onnx: it is no decoder":                                                                                               {Encoder: one.Encoder, Path: renamed(t, one.Encoder, "decoder_model_merged.onnx")},
		"decoder_model_merged.onnx: there is no use_cache_branch input":                                                                             {Encoder: one.Encoder, Path: renamed(t, two.WithPast, "decoder_model_merged.onnx")},
		"decoder_model.onnx: it reads no past: decoder_with_past_model.onnx must be beside it":                                                      {Encoder: two.Encoder, Path: two.Path},
		"decoder_model.onnx: there is no encoder_hidden_states input":                                                                               {Encoder: two.Encoder, Path: renamed(t, two.WithPast, "decoder_model.onnx"), WithPast: renamed(t, two.Path, "decoder_with_past_model.onnx")},
		"decoder_model.onnx: it has past_key_values inputs, as decoder_with_past_model.onnx has":                                                    {Encoder: one.Encoder, Path: renamed(t, one.Path, "decoder_model.onnx"), WithPast: two.WithPast},
		"decoder_with_past_model.onnx: it reads no past":                                                                                            {Encoder: two.Encoder, Path: two.Path, WithPast: renamed(t, two.Path, "decoder_with_past_model.onnx")},
		"decoder_with_past_model.onnx: past_key_values.N.decoder.{key,value} are of 4 layers, but present.N.decoder of the decoder that begins is":  {Encoder: two.Encoder, Path: two.Path, WithPast: d.WithPast},
		"decoder_model.onnx: encoder_hidden_states has 32 numbers for each token, but the encoder gives 64":                                         {Encoder: w.Encoder, Path: two.Path, WithPast: two.WithPast},
		"decoder_with_past_model.onnx: its vocabulary has 100 tokens, but the other decoder's 128":                                                  {Encoder: two.Encoder, Path: two.Path, WithPast: n.WithPast},
		"decoder_with_past_model.onnx: past_key_values.0.decoder.key is float32, 4 heads of 8, but the rest of the cache is float32, 4 heads of 16": {Encoder: two.Encoder, Path: two.Path, WithPast: w.WithPast},
		"no-such.onnx": {Encoder: filepath.Join(t.TempDir(), "no-such.onnx"), Path: one.Path},
	} {
		before := live.Load()
		m, err := Open(g, Options{Config: Config{DecoderStart: &merged.Start}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if err == nil {
			m.Close()
		}
		if now := live.Load(); now != before {
			t.Errorf("%s: %d native objects were left behind", want, now-before)
		}
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if info, err := Inspect(g, Config{}); err != nil || info.CanGenerate || !strings.Contains(info.Why, want) {
			t.Errorf("inspect: %+v, %v, want %s", info, err, want)
		}
	}
	wrong := int64(merged.Vocab)
	for want, c := range map[string]Config{
		"config.json has no decoder_start_token_id": {},
		"decoder_start_token_id is 128, but":        {DecoderStart: &wrong},
	} {
		if _, err := Open(one, Options{Config: c}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Single tensors that are not what they must be.
func TestPartsRefuseTensors(t *testing.T) {
	tensor := func(list []Tensor, name string) *Tensor {
		return &list[slices.IndexFunc(list, func(t Tensor) bool { return t.Name == name })]
	}
	for want, change := range map[string]func(ps *parts){
		"encoder_model.onnx: input attention_mask holds float32":                            func(ps *parts) { tensor(ps.encoder.proto.inputs, "attention_mask").Type = Float32 },
		"encoder_model.onnx: it is no encoder: there is no input_ids input":                 func(ps *parts) { ps.encoder.proto.inputs = ps.encoder.proto.inputs[1:] },
		"decoder_model_merged.onnx: it gives no present.N.decoder.{key,value}, or not both": func(ps *parts) { tensor(ps.first.proto.outputs, "present.2.decoder.value").Name = "other" },
		"decoder_model_merged.onnx: dimension 2 of encoder_hidden_states is width; config.json's d_model": func(ps *parts) {
			ps.encoder.proto.outputs[0].Dims[2] = Dim{Name: "width"}
			tensor(ps.first.proto.inputs, "encoder_hidden_states").Dims[2] = Dim{Name: "width"}
		},
		"encoder_model.onnx: last_hidden_state is int64 of 3 dimensions":                          func(ps *parts) { ps.encoder.proto.outputs[0].Type = Int64 },
		"encoder_model.onnx: it is no encoder: there is no last_hidden_state output, only pooled": func(ps *parts) { ps.encoder.proto.outputs[0].Name = "pooled" },
		"decoder_model_merged.onnx: encoder_hidden_states holds float16; expected float32":        func(ps *parts) { tensor(ps.first.proto.inputs, "encoder_hidden_states").Type = Float16 },
		"decoder_model_merged.onnx: use_cache_branch holds int64; expected bool":                  func(ps *parts) { tensor(ps.first.proto.inputs, "use_cache_branch").Type = Int64 },
		"decoder_model_merged.onnx: logits holds int64; expected float32":                         func(ps *parts) { tensor(ps.first.proto.outputs, "logits").Type = Int64 },
		"decoder_model_merged.onnx: past_key_values.1.encoder.key holds int8; expected float32":   func(ps *parts) { tensor(ps.first.proto.inputs, "past_key_values.1.encoder.key").Type = 3 },
		"decoder_model_merged.onnx: past_key_values.1.encoder.key is float16":                     func(ps *parts) { tensor(ps.first.proto.inputs, "past_key_values.1.encoder.key").Type = Float16 },
		"decoder_model_merged.onnx: present.2.decoder.value has 1 dimensions; expected 4":         func(ps *parts) { d := tensor(ps.first.proto.outputs, "present.2.decoder.value"); d.Dims = d.Dims[:1] },
		`decoder_model_merged.onnx: input "position_ids" is unknown`:                              func(ps *parts) { ps.first.proto.inputs = append(ps.first.proto.inputs, Tensor{Name: "position_ids"}) },
		"decoder_model_merged.onnx: dimension 1 of past_key_values.0.decoder.key is heads; config.json": func(ps *parts) {
			tensor(ps.first.proto.inputs, "past_key_values.0.decoder.key").Dims[1] = Dim{Name: "heads"}
		},
		"decoder_model_merged.onnx: past_key_values.N.encoder.{key,value} are of 3 layers, but": func(ps *parts) {
			tensor(ps.first.proto.inputs, "past_key_values.2.encoder.value").Name = "past_key_values.65000.encoder.value"
		},
		"decoder_model_merged.onnx: present.N.encoder.{key,value} are of 3 layers, but": func(ps *parts) { tensor(ps.first.proto.outputs, "present.2.encoder.value").Name = "other" },
	} {
		ps, err := readParts(written(t, testmodel.TinyT5))
		if err != nil {
			t.Fatal(err)
		}
		change(ps)
		if _, err := ps.signature(Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if err := ps.close(); err != nil {
			t.Error(err)
		}
	}
}

// renamed copies a file to one of another name.
func renamed(t *testing.T, from, name string) string {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// Any two files give a signature or an error.
func FuzzParts(f *testing.F) {
	small := testmodel.T5{Layers: 1, DecoderLayers: 1, Hidden: 2, FFN: 2, Heads: 1, HeadDim: 2, Vocab: 3, Context: 4, Buckets: 4, MaxDistance: 8}
	f.Add(small.Encoder(), small.Merged(), []byte(nil))
	f.Add(small.Encoder(), small.Decoder(), small.DecoderWithPast())
	f.Add(small.Decoder(), small.Encoder(), small.Merged())
	f.Fuzz(func(t *testing.T, encoder, decoder, withPast []byte) {
		read := func(data []byte) *part {
			src, p, err := Graph{Data: data}.read()
			if err != nil {
				t.Skip()
			}
			return &part{graph: Graph{Data: data}, src: src, proto: p}
		}
		ps := &parts{encoder: read(encoder), first: read(decoder)}
		ps.next = ps.first
		if len(withPast) > 0 {
			ps.next = read(withPast)
		}
		sig, err := ps.signature(Config{})
		if (sig == nil) == (err == nil) {
			t.Errorf("got %v and %v", sig, err)
		}
		if sig != nil && (sig.vocab < 1 || sig.kvHeads < 1 || sig.headDim < 1 || ps.width < 1 || len(sig.past) == 0) {
			t.Errorf("got %+v, width %d", sig, ps.width)
		}
	})
}

// Dimensions that the graphs leave open come from config.json.
func TestPartsFromConfig(t *testing.T) {
	ps, err := readParts(written(t, testmodel.TinyT5))
	if err != nil {
		t.Fatal(err)
	}
	defer ps.close()
	open := func(list []Tensor) {
		for i := range list {
			for k := range list[i].Dims {
				list[i].Dims[k] = Dim{Name: "open"}
			}
		}
	}
	for _, d := range ps.each() {
		open(d.proto.inputs)
		open(d.proto.outputs)
	}
	sig, err := ps.signature(Config{VocabSize: 99, NumKeyValueHeads: 5, HeadDim: 24, HiddenSize: 77, MaxPositionEmbeddings: 100})
	if err != nil {
		t.Fatal(err)
	}
	if got := []int{sig.vocab, sig.kvHeads, sig.headDim, ps.width, sig.context, sig.layers()}; !slices.Equal(got, []int{99, 5, 24, 77, 100, 3}) {
		t.Errorf("vocabulary, heads, head size, width, context, layers: %v", got)
	}
}

// Each part is looked at before ONNX Runtime sees it, and what is inside of the
// branches of a merged decoder as well.
func TestPartsHostile(t *testing.T) {
	if err := Initialize(onnxtest.Library(t)); err != nil {
		t.Fatal(err)
	}
	l := testmodel.TinyT5
	for want, change := range map[string]func([]byte) []byte{
		`is refused: the operator "Loopmax"`: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("Softmax"), []byte("Loopmax")) },
		"is not a complete ONNX file":        func(b []byte) []byte { return b[:len(b)/2] },
		"git lfs pull":                       func([]byte) []byte { return []byte("version https://git-lfs.github.com/spec/v1\n") },
	} {
		for _, split := range []bool{false, true} {
			l.Split = split
			for part := range 3 {
				g := written(t, l)
				path := []string{g.Encoder, g.Path, g.WithPast}[part]
				if path == "" {
					continue
				}
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, change(b), 0o600); err != nil {
					t.Fatal(err)
				}
				before := live.Load()
				_, err = Open(g, Options{Config: Config{DecoderStart: &l.Start}})
				if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
					t.Errorf("%s: got %v, want %s", path, err, want)
				}
				if now := live.Load(); now != before {
					t.Errorf("%s: %d native objects were left behind", path, now-before)
				}
			}
		}
	}
}
