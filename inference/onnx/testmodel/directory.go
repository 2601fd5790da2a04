package testmodel

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Precision is Transformers.js's name for how the matrices are stored: fp32,
// q8 or q4. It decides the name of the graph's file.
func (l Llama) Precision() string {
	switch {
	case l.NBits == 4:
		return "q4"
	case l.NBits == 8, l.Dynamic:
		return "q8"
	}
	return "fp32"
}

// graphFiles are the names of graphs by precision.
var graphFiles = map[string]string{"fp32": "model.onnx", "q8": "model_quantized.onnx", "q4": "model_q4.onnx", "fp16": "model_fp16.onnx", "q4f16": "model_q4f16.onnx"}

// GraphPath returns where WriteDir puts the graph.
func (l Llama) GraphPath(dir string) string {
	return filepath.Join(dir, "onnx", graphFiles[l.Precision()])
}

// WriteDir writes a model directory in Hugging Face layout: config.json,
// generation_config.json and the graph. It has no tokenizer. The vocabulary
// has no end-of-sequence token, so that every generation is as long as it may
// be.
func (l Llama) WriteDir(dir string) error {
	cacheType := "float32"
	if l.Float16Cache {
		cacheType = "float16"
	}
	config, err := json.MarshalIndent(map[string]any{
		"architectures": []string{"LlamaForCausalLM"}, "model_type": "llama",
		"hidden_size": l.Hidden, "intermediate_size": l.FFN, "num_hidden_layers": l.Layers,
		"num_attention_heads": l.Heads, "num_key_value_heads": l.KVHeads, "head_dim": l.HeadDim,
		"vocab_size": l.Vocab, "max_position_embeddings": l.Context, "rope_theta": l.Theta, "rms_norm_eps": epsilon,
		"tie_word_embeddings": true, "transformers.js_config": map[string]any{"kv_cache_dtype": cacheType},
	}, "", "  ")
	if err != nil {
		return err
	}
	graph := l.GraphPath(dir)
	if err := os.MkdirAll(filepath.Dir(graph), 0o755); err != nil {
		return err
	}
	file, data := l.files()
	for name, data := range map[string][]byte{
		filepath.Join(dir, "config.json"):            config,
		filepath.Join(dir, "generation_config.json"): []byte("{}\n"),
		graph: file,
		filepath.Join(filepath.Dir(graph), dataFile): data,
	} {
		if len(data) == 0 {
			continue
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
