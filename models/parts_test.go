package models

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// codeT5Config is what the config.json of CodeT5 says, as far as gloss reads it.
const codeT5Config = `{"model_type":"t5","is_encoder_decoder":true,"vocab_size":32100,"d_model":768,"d_kv":64,"num_heads":12,"num_layers":12,
	"num_decoder_layers":12,"n_positions":512,"decoder_start_token_id":0,"eos_token_id":2,"pad_token_id":0}`

func TestParts(t *testing.T) {
	for name, test := range map[string]struct {
		files string // that there are, besides config.json
		want  Parts
	}{
		"one graph":                   {"onnx/model.onnx", Parts{"onnx/model.onnx", "", ""}},
		"merged":                      {"onnx/encoder_model.onnx onnx/decoder_model_merged.onnx", Parts{"onnx/decoder_model_merged.onnx", "onnx/encoder_model.onnx", ""}},
		"in the folder itself":        {"encoder_model.onnx decoder_model_merged.onnx", Parts{"decoder_model_merged.onnx", "encoder_model.onnx", ""}},
		"split":                       {"encoder_model.onnx decoder_model.onnx decoder_with_past_model.onnx", Parts{"decoder_model.onnx", "encoder_model.onnx", "decoder_with_past_model.onnx"}},
		"all of an export":            {"encoder_model.onnx decoder_model.onnx decoder_with_past_model.onnx decoder_model_merged.onnx", Parts{"decoder_model_merged.onnx", "encoder_model.onnx", ""}},
		"8 bits before float32":       {"onnx/encoder_model.onnx onnx/decoder_model_merged.onnx onnx/encoder_model_quantized.onnx onnx/decoder_model_merged_quantized.onnx", Parts{"onnx/decoder_model_merged_quantized.onnx", "onnx/encoder_model_quantized.onnx", ""}},
		"an encoder stored otherwise": {"onnx/encoder_model.onnx onnx/decoder_model_merged_quantized.onnx", Parts{"onnx/decoder_model_merged_quantized.onnx", "onnx/encoder_model.onnx", ""}},
		"no encoder":                  {"onnx/decoder_model_merged.onnx", Parts{"onnx/decoder_model_merged.onnx", "", ""}},
		"half of a pair":              {"onnx/encoder_model.onnx onnx/decoder_model.onnx", Parts{"onnx/decoder_model.onnx", "onnx/encoder_model.onnx", ""}},
		"the other half":              {"onnx/encoder_model.onnx onnx/decoder_with_past_model.onnx", Parts{"onnx/decoder_with_past_model.onnx", "", ""}},
		"an encoder alone":            {"onnx/encoder_model.onnx", Parts{"onnx/encoder_model.onnx", "", ""}},
		"an encoder as model.onnx":    {"onnx/model.onnx onnx/encoder_model.onnx", Parts{"onnx/model.onnx", "", ""}},
		"a pair before model.onnx":    {"onnx/model.onnx onnx/encoder_model.onnx onnx/decoder_model_merged.onnx", Parts{"onnx/decoder_model_merged.onnx", "onnx/encoder_model.onnx", ""}},
	} {
		dir := t.TempDir()
		files := map[string]string{"config.json": codeT5Config}
		for file := range strings.FieldsSeq(test.files) {
			files[file] = "graph"
		}
		write(t, dir, files)
		m, err := openDirectory(dir)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.GraphParts()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := test.want
		for _, file := range []*string{&want.Graph, &want.Encoder, &want.WithPast} {
			if *file != "" {
				*file = filepath.Join(dir, filepath.FromSlash(*file))
			}
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		// Whichever of them is named, they are found.
		for _, file := range []string{want.Encoder, want.WithPast} {
			if file == "" {
				continue
			}
			if got := PartsOf(file); got.Encoder != want.Encoder || filepath.Ext(got.Graph) != ".onnx" || got.Graph == file {
				t.Errorf("%s: of %s got %+v", name, file, got)
			}
		}
	}
}

// What a config.json of T5's family says is known by one name, and each graph
// counts in what the model is.
func TestEncoderDecoder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"config.json": codeT5Config, "tokenizer.json": "{}",
		"encoder_model.onnx": "e", "decoder_model.onnx": "d", "decoder_with_past_model.onnx": "p", "decoder_model_int8.onnx": "another",
	})
	hash := func() string {
		m, err := openDirectory(dir)
		if err != nil {
			t.Fatal(err)
		}
		if c := m.Config; c.NumKeyValueHeads != 12 || c.HeadDim != 64 || c.MaxPositionEmbeddings != 512 || *m.Generation.DecoderStart != 0 || m.Generation.EOS[0] != 2 {
			t.Errorf("config.json says %+v, %+v", c, m.Generation)
		}
		if d := m.Description; d.Prompt != codeToText || d.MaxInputTokens != 254 {
			t.Errorf("the description is %+v", d)
		}
		h, err := m.Hash(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	before := hash()
	for file, same := range map[string]bool{"encoder_model.onnx": false, "decoder_model.onnx": false, "decoder_with_past_model.onnx": false, "decoder_model_int8.onnx": true} {
		path := filepath.Join(dir, file)
		old, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, map[string]string{file: "changed"})
		if now := hash(); (now == before) != same {
			t.Errorf("with another %s the model is the same: %v, want %v", file, now == before, same)
		}
		write(t, dir, map[string]string{file: string(old)})
	}
}

// A model of the catalog without files cannot be pulled. A folder of its name is
// imported as that model, with the catalog's description.
func TestImportUnpinned(t *testing.T) {
	const name = "codet5-base-multi-sum"
	s := &Store{Root: t.TempDir(), Catalog: Catalog()}
	want := "optimum-cli export onnx --model Salesforce/codet5-base-multi-sum --task text2text-generation-with-past " + name
	if _, err := s.Pull(t.Context(), name, PullOptions{}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("pull: %v, want %s", err, want)
	}
	if _, err := s.Open(name); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("open: %v, want %s", err, want)
	}
	if _, _, err := s.Verify(t.Context(), name); err == nil || !strings.Contains(err.Error(), "is not installed") {
		t.Errorf("verify: %v", err)
	}
	dir := filepath.Join(t.TempDir(), name)
	write(t, dir, map[string]string{
		"config.json": codeT5Config, "tokenizer.json": "{}", "encoder_model.onnx": "e", "decoder_model_merged.onnx": "d", "decoder_model.onnx": "not copied",
		"gloss.json": `{"prompt":{"form":"poem","version":7}}`,
	})
	got, err := s.Import(t.Context(), dir, ImportOptions{Check: func(*Model) error { return nil }})
	if err != nil || got.Name != name || got.Known {
		t.Fatalf("Import gave %+v, %v", got, err)
	}
	m, err := s.Open(name)
	if err != nil || m.Description.Prompt != codeToText {
		t.Fatalf("Open gave %+v, %v", m, err)
	}
	for file, want := range map[string]bool{"encoder_model.onnx": true, "decoder_model_merged.onnx": true, "decoder_model.onnx": false} {
		if _, err := os.Stat(filepath.Join(m.Dir, file)); (err == nil) != want {
			t.Errorf("%s was copied: %v, want %v", file, err == nil, want)
		}
	}
	if files, problems, err := s.Verify(t.Context(), name); err != nil || len(problems) > 0 || files < 4 {
		t.Errorf("Verify of %d files gave %v, %v", files, problems, err)
	}
	write(t, m.Dir, map[string]string{"encoder_model.onnx": "another"})
	if _, problems, err := s.Verify(t.Context(), name); err != nil || len(problems) != 1 {
		t.Errorf("Verify gave %v, %v; want the file that was changed", problems, err)
	}
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		if l.Name == name && (!l.Installed || l.Entry == nil) {
			t.Errorf("List gave %+v", l)
		}
	}
	if _, err := s.Remove(name); err != nil {
		t.Error(err)
	}
}
