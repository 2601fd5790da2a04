package testmodel

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
)

// The value and tensor types of a GGUF file that are written here.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
const (
	ggufUint32  = 4
	ggufInt32   = 5
	ggufFloat32 = 6
	ggufBool    = 7
	ggufString  = 8
	ggufArray   = 9

	ggmlFloat32 = 0
	ggmlQ80     = 8 // blocks of 32: a scale in float16, 32 numbers in int8

	ggufAlignment = 32
)

// WriteGGUF writes a model of the same shape for llama.cpp: matrices and
// embeddings in Q8_0, norms in float32. Its weights are other random ones than
// the graph's. The tokens are made-up words, enough for llama.cpp to load it.
func (l Llama) WriteGGUF(w io.Writer) error {
	f := &gguf{rng: rand.New(rand.NewPCG(l.Seed, 2))}
	f.metadata(l)
	f.matrix("token_embd", l.Hidden, l.Vocab)
	f.vector("output_norm", l.Hidden)
	for i := range l.Layers {
		p := fmt.Sprintf("blk.%d.", i)
		f.vector(p+"attn_norm", l.Hidden)
		f.matrix(p+"attn_q", l.Hidden, l.Heads*l.HeadDim)
		f.matrix(p+"attn_k", l.Hidden, l.KVHeads*l.HeadDim)
		f.matrix(p+"attn_v", l.Hidden, l.KVHeads*l.HeadDim)
		f.matrix(p+"attn_output", l.Heads*l.HeadDim, l.Hidden)
		f.vector(p+"ffn_norm", l.Hidden)
		f.matrix(p+"ffn_gate", l.Hidden, l.FFN)
		f.matrix(p+"ffn_up", l.Hidden, l.FFN)
		f.matrix(p+"ffn_down", l.FFN, l.Hidden)
	}
	return f.write(w)
}

// gguf collects the parts of a GGUF file.
type gguf struct {
	pairs  []byte // metadata
	keys   uint64
	infos  []byte // of the tensors
	data   []func(io.Writer) error
	offset uint64
	rng    *rand.Rand
}

func (f *gguf) metadata(l Llama) {
	f.text("general.architecture", "llama")
	f.text("general.name", "random")
	f.uint32("general.alignment", ggufAlignment)
	f.uint32("general.file_type", 7) // mostly Q8_0
	f.uint32("llama.block_count", l.Layers)
	f.uint32("llama.context_length", l.Context)
	f.uint32("llama.embedding_length", l.Hidden)
	f.uint32("llama.feed_forward_length", l.FFN)
	f.uint32("llama.attention.head_count", l.Heads)
	f.uint32("llama.attention.head_count_kv", l.KVHeads)
	f.uint32("llama.attention.key_length", l.HeadDim)
	f.uint32("llama.attention.value_length", l.HeadDim)
	f.uint32("llama.rope.dimension_count", l.HeadDim)
	f.uint32("llama.vocab_size", l.Vocab)
	f.float32("llama.rope.freq_base", float32(l.Theta))
	f.float32("llama.attention.layer_norm_rms_epsilon", epsilon)
	f.text("tokenizer.ggml.model", "gpt2")
	f.text("tokenizer.ggml.pre", "smollm")
	f.uint32("tokenizer.ggml.bos_token_id", 1)
	f.uint32("tokenizer.ggml.eos_token_id", 2)
	f.pair("tokenizer.ggml.add_bos_token", ggufBool, []byte{0})

	var words, kinds []byte
	for i := range l.Vocab {
		kind := uint32(1) // normal
		if i < 3 {
			kind = 3 // control
		}
		words = appendText(words, fmt.Sprintf("<%d>", i))
		kinds = binary.LittleEndian.AppendUint32(kinds, kind)
	}
	f.array("tokenizer.ggml.tokens", ggufString, l.Vocab, words)
	f.array("tokenizer.ggml.token_type", ggufInt32, l.Vocab, kinds)
	f.array("tokenizer.ggml.merges", ggufString, 1, appendText(nil, "< 0"))
}

func appendText(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint64(b, uint64(len(s))), s...)
}

// pair adds a key and its value.
func (f *gguf) pair(key string, kind uint32, value []byte) {
	f.pairs = appendText(f.pairs, key)
	f.pairs = binary.LittleEndian.AppendUint32(f.pairs, kind)
	f.pairs = append(f.pairs, value...)
	f.keys++
}

func (f *gguf) text(key, s string) { f.pair(key, ggufString, appendText(nil, s)) }

func (f *gguf) uint32(key string, v int) {
	f.pair(key, ggufUint32, binary.LittleEndian.AppendUint32(nil, uint32(v)))
}

func (f *gguf) float32(key string, v float32) {
	f.pair(key, ggufFloat32, binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
}

func (f *gguf) array(key string, kind uint32, n int, values []byte) {
	head := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(nil, kind), uint64(n))
	f.pair(key, ggufArray, append(head, values...))
}

// vector adds a norm's gain.
func (f *gguf) vector(name string, size int) {
	f.tensor(name, ggmlFloat32, uint64(4*size), func(w io.Writer) error {
		var b []byte
		for range size {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(1))
		}
		_, err := w.Write(b)
		return err
	}, size)
}

// matrix adds random weights of variance 1/in.
func (f *gguf) matrix(name string, in, out int) {
	const blockBytes = 2 + block
	scale := float16Bits(weightScale(in, 8))
	f.tensor(name, ggmlQ80, uint64(in/block*out*blockBytes), func(w io.Writer) error {
		row := make([]byte, in/block*blockBytes)
		for range out {
			for b := row; len(b) > 0; b = b[blockBytes:] {
				binary.LittleEndian.PutUint16(b, scale)
				for i := range block {
					b[2+i] = byte(f.rng.Uint32())
				}
			}
			if _, err := w.Write(row); err != nil {
				return err
			}
		}
		return nil
	}, in, out)
}

// float16Bits returns the bits of v, a small positive normal number, as IEEE
// 754 binary16, rounded down.
func float16Bits(v float32) uint16 {
	bits := math.Float32bits(v)
	if exponent := int(bits>>23) - 112; exponent > 0 {
		return uint16(exponent<<10) | uint16(bits>>13&0x3ff)
	}
	return uint16(v * (1 << 24)) // subnormal
}

func (f *gguf) tensor(name string, kind uint32, size uint64, write func(io.Writer) error, dims ...int) {
	f.infos = appendText(f.infos, name+".weight")
	f.infos = binary.LittleEndian.AppendUint32(f.infos, uint32(len(dims)))
	for _, d := range dims {
		f.infos = binary.LittleEndian.AppendUint64(f.infos, uint64(d))
	}
	f.infos = binary.LittleEndian.AppendUint32(f.infos, kind)
	f.infos = binary.LittleEndian.AppendUint64(f.infos, f.offset)
	gap := padding(size)
	f.offset += size + gap
	f.data = append(f.data, func(w io.Writer) error {
		if err := write(w); err != nil {
			return err
		}
		_, err := w.Write(make([]byte, gap))
		return err
	})
}

func padding(size uint64) uint64 { return -size % ggufAlignment }

func (f *gguf) write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	head := binary.LittleEndian.AppendUint32([]byte("GGUF"), 3)
	head = binary.LittleEndian.AppendUint64(head, uint64(len(f.data)))
	head = binary.LittleEndian.AppendUint64(head, f.keys)
	head = append(append(head, f.pairs...), f.infos...)
	head = append(head, make([]byte, padding(uint64(len(head))))...)
	if _, err := out.Write(head); err != nil {
		return err
	}
	for _, write := range f.data {
		if err := write(out); err != nil {
			return err
		}
	}
	return out.Flush()
}
