package remote

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"os"
	"testing"

	"github.com/gloss-lsp/gloss/models"
)

// The types of GGUF that are written here.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
const (
	ggufUint32, ggufInt32, ggufFloat32, ggufBool, ggufString, ggufArray = 4, 5, 6, 7, 8, 9

	ggmlFloat32, ggmlQ80 = 0, 8

	// block is the number of weights that share a scale, in the model's file and
	// in Q8_0.
	block = 32
)

// writeShipped writes the model that ships with gloss as a file of llama.cpp's:
// the same 8-bit weights, with their scales rounded to float16.
func writeShipped(tb testing.TB, path string) {
	tb.Helper()
	m, err := models.Open(models.Default)
	if err != nil {
		tb.Fatal(err)
	}
	_, graph, err := m.GraphFile()
	if err != nil {
		tb.Fatal(err)
	}
	var shape struct {
		Layers int     `json:"num_hidden_layers"`
		Hidden int     `json:"hidden_size"`
		FFN    int     `json:"intermediate_size"`
		Theta  float32 `json:"rope_theta"`
		Norm   float32 `json:"rms_norm_eps"`
	}
	config, err := m.ReadFile("config.json")
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(config, &shape); err != nil {
		tb.Fatal(err)
	}
	c := m.Config
	f := &gguf{weights: initializers(graph)}
	f.text("general.architecture", "llama")
	for key, n := range map[string]int{
		"general.file_type": 7, "llama.block_count": shape.Layers, "llama.context_length": c.MaxPositionEmbeddings,
		"llama.embedding_length": shape.Hidden, "llama.feed_forward_length": shape.FFN,
		"llama.attention.head_count": c.NumAttentionHeads, "llama.attention.head_count_kv": c.NumKeyValueHeads,
		"llama.rope.dimension_count": c.HeadDim, "llama.vocab_size": c.VocabSize,
		"tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": int(m.Generation.EOS[0]),
	} {
		f.pair(key, ggufUint32, binary.LittleEndian.AppendUint32(nil, uint32(n)))
	}
	f.pair("llama.rope.freq_base", ggufFloat32, binary.LittleEndian.AppendUint32(nil, math.Float32bits(shape.Theta)))
	f.pair("llama.attention.layer_norm_rms_epsilon", ggufFloat32, binary.LittleEndian.AppendUint32(nil, math.Float32bits(shape.Norm)))
	f.pair("tokenizer.ggml.add_bos_token", ggufBool, []byte{0})
	f.vocabulary(tb, m)

	f.matrix("token_embd", "emb", 0)
	f.vector("output_norm", "norm")
	for i := range shape.Layers {
		to, from := fmt.Sprintf("blk.%d.", i), fmt.Sprintf("layers.%d.", i)
		f.vector(to+"attn_norm", from+"input_layernorm")
		f.vector(to+"ffn_norm", from+"post_attention_layernorm")
		f.matrix(to+"attn_q", from+"q_proj", c.HeadDim)
		f.matrix(to+"attn_k", from+"k_proj", c.HeadDim)
		for a, b := range map[string]string{"attn_v": "v_proj", "attn_output": "o_proj", "ffn_gate": "gate", "ffn_up": "up", "ffn_down": "down"} {
			f.matrix(to+a, from+b, 0)
		}
	}
	if err := os.WriteFile(path, f.file(), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// tensor is a weight in the graph.
type tensor struct {
	dims []int
	raw  []byte
}

// initializers reads the weights of an ONNX file by their names.
func initializers(model []byte) map[string]tensor {
	all := map[string]tensor{}
	for field, graph := range protoFields(model) {
		if field != 7 { // ModelProto.graph
			continue
		}
		for field, initializer := range protoFields(graph) {
			if field != 5 { // GraphProto.initializer
				continue
			}
			var t tensor
			var name string
			for field, b := range protoFields(initializer) {
				switch field {
				case 1: // dims
					for len(b) > 0 {
						n, size := binary.Uvarint(b)
						t.dims, b = append(t.dims, int(n)), b[size:]
					}
				case 8:
					name = string(b)
				case 9: // raw_data
					t.raw = b
				}
			}
			all[name] = t
		}
	}
	return all
}

// protoFields yields the fields of a message: varints as their bytes, others as
// their content. Fields of fixed length are passed over.
func protoFields(b []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for len(b) > 0 {
			key, size := binary.Uvarint(b)
			b = b[size:]
			n, size := binary.Uvarint(b)
			content := b[:size]
			switch key & 7 {
			case 2:
				content, b = b[size:size+int(n)], b[size+int(n):]
			case 0:
				b = b[size:]
			case 5:
				b = b[4:]
				continue
			default:
				b = b[8:]
				continue
			}
			if !yield(int(key>>3), content) {
				return
			}
		}
	}
}

// gguf collects the parts of a file.
type gguf struct {
	weights map[string]tensor
	pairs   []byte
	keys    uint64
	infos   []byte
	tensors uint64
	data    []byte
}

func ggufText(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint64(b, uint64(len(s))), s...)
}

func (f *gguf) pair(key string, kind uint32, value []byte) {
	f.pairs = append(binary.LittleEndian.AppendUint32(ggufText(f.pairs, key), kind), value...)
	f.keys++
}

func (f *gguf) text(key, s string) { f.pair(key, ggufString, ggufText(nil, s)) }

func (f *gguf) array(key string, kind uint32, n int, values []byte) {
	head := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(nil, kind), uint64(n))
	f.pair(key, ggufArray, append(head, values...))
}

// vocabulary writes m's tokens. Its digits and words are divided as SmolLM's are.
func (f *gguf) vocabulary(tb testing.TB, m *models.Model) {
	var t struct {
		Model struct {
			Vocab  map[string]int `json:"vocab"`
			Merges [][2]string    `json:"merges"`
		} `json:"model"`
		Added []struct {
			ID      int    `json:"id"`
			Content string `json:"content"`
		} `json:"added_tokens"`
	}
	b, err := m.ReadFile("tokenizer.json")
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(b, &t); err != nil {
		tb.Fatal(err)
	}
	names, kinds := make([]string, m.Config.VocabSize), make([]uint32, m.Config.VocabSize)
	for name, id := range t.Model.Vocab {
		names[id], kinds[id] = name, 1 // normal
	}
	for _, a := range t.Added {
		names[a.ID], kinds[a.ID] = a.Content, 3 // control
	}
	var tokens, types, merges []byte
	for id := range names {
		tokens, types = ggufText(tokens, names[id]), binary.LittleEndian.AppendUint32(types, kinds[id])
	}
	for _, pair := range t.Model.Merges {
		merges = ggufText(merges, pair[0]+" "+pair[1])
	}
	f.text("tokenizer.ggml.model", "gpt2")
	f.text("tokenizer.ggml.pre", "smollm")
	f.array("tokenizer.ggml.tokens", ggufString, len(names), tokens)
	f.array("tokenizer.ggml.token_type", ggufInt32, len(names), types)
	f.array("tokenizer.ggml.merges", ggufString, len(t.Model.Merges), merges)
}

func (f *gguf) tensor(name string, kind uint32, data []byte, dims ...int) {
	f.infos = binary.LittleEndian.AppendUint32(ggufText(f.infos, name+".weight"), uint32(len(dims)))
	for _, d := range dims {
		f.infos = binary.LittleEndian.AppendUint64(f.infos, uint64(d))
	}
	f.infos = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(f.infos, kind), uint64(len(f.data)))
	f.data = append(f.data, data...)
	f.data = append(f.data, make([]byte, -len(f.data)&31)...)
	f.tensors++
}

func (f *gguf) vector(name, from string) {
	w := f.weights[from+".g"]
	f.tensor(name, ggmlFloat32, w.raw, w.dims...)
}

// matrix writes a matrix of MatMulNBits. Where a head's size is given, the rows
// of each head are put into the order in which llama.cpp turns them: pairs of
// neighbours, not of halves.
func (f *gguf) matrix(name, from string, head int) {
	q, s := f.weights[from+".q"], f.weights[from+".s"]
	out, blocks := q.dims[0], q.dims[1]
	var data []byte
	for row := range out {
		if head > 0 {
			within := row % head
			row += within%2*(head/2) + within/2 - within
		}
		for b := row * blocks; b < (row+1)*blocks; b++ {
			data = binary.LittleEndian.AppendUint16(data, float16(math.Float32frombits(binary.LittleEndian.Uint32(s.raw[4*b:]))))
			for _, w := range q.raw[b*block : (b+1)*block] {
				data = append(data, w-128)
			}
		}
	}
	f.tensor(name, ggmlQ80, data, blocks*block, out)
}

// float16 returns the bits of v, small and not negative, rounded to the nearest.
func float16(v float32) uint16 {
	if v < 1.0/(1<<14) {
		return uint16(math.Round(float64(v) * (1 << 24))) // subnormal
	}
	bits := math.Float32bits(v)
	return uint16((bits - 112<<23 + 1<<12) >> 13)
}

func (f *gguf) file() []byte {
	var b bytes.Buffer
	b.WriteString("GGUF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(3))
	_ = binary.Write(&b, binary.LittleEndian, [2]uint64{f.tensors, f.keys})
	b.Write(f.pairs)
	b.Write(f.infos)
	b.Write(make([]byte, -b.Len()&31))
	b.Write(f.data)
	return b.Bytes()
}
