package models

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Parts are the graphs of one model. Most have one.
type Parts struct {
	// Graph is what writes: the only graph, or a decoder.
	Graph string
	// Encoder reads the prompt of an encoder-decoder, "" where there is none.
	Encoder string
	// WithPast is the decoder that reads a token after others, "" where Graph
	// does that too.
	WithPast string
}

func (p Parts) has(file string) bool {
	return file == p.Graph || file == p.Encoder || file == p.WithPast
}

// The files of an encoder-decoder, as Hugging Face's Optimum names them, without
// what says how their weights are stored.
const (
	encoder  = "encoder_model"
	decoder  = "decoder_model"
	merged   = "decoder_model_merged"
	withPast = "decoder_with_past_model"
)

// stores are these ends of names, the ones that are fast on a CPU first.
var stores = []string{"_quantized.onnx", "_q4.onnx", ".onnx", "_int8.onnx"}

// graphs lists the files to look for.
func (m *Model) graphs() []string {
	named := func(stem string) (files []string) {
		for _, folder := range []string{"onnx/", ""} {
			for _, store := range stores {
				files = append(files, folder+stem+store)
			}
		}
		return files
	}
	// The encoder alone comes last: it cannot write, and who runs graphs says so.
	alone, pair := named("model"), slices.Concat(named(merged), named(decoder), named(withPast))
	if m.Config.EncoderDecoder {
		return slices.Concat(pair, alone, named(encoder))
	}
	return slices.Concat(alone, pair, named(encoder))
}

// graph returns the slash-separated path of the ONNX file inside the model. A
// directory without one can still tokenize, so Open does not ask for it.
func (m *Model) graph() (string, error) {
	wanted := m.graphs()
	if m.Description.Graph != "" {
		wanted = []string{m.Description.Graph}
	}
	for _, g := range wanted {
		if m.holds(g) {
			return g, nil
		}
	}
	return "", fmt.Errorf("model %s: no ONNX graph: looked for %s", m, strings.Join(wanted, ", "))
}

func (m *Model) holds(file string) bool {
	info, err := fs.Stat(m.files, file)
	return err == nil && info.Mode().IsRegular()
}

// parts returns the files that belong to a graph of m.
func (m *Model) parts(graph string) Parts { return partsOf(graph, m.holds) }

// GraphParts returns the files of m's graphs, of which GraphFile's is the first:
// paths on disk, none when the model is inside the binary.
func (m *Model) GraphParts() (Parts, error) {
	graph, err := m.graph()
	if err != nil || m.Dir == "" {
		return Parts{}, err
	}
	p := m.parts(graph)
	for _, file := range []*string{&p.Graph, &p.Encoder, &p.WithPast} {
		if *file != "" {
			*file = filepath.Join(m.Dir, filepath.FromSlash(*file))
		}
	}
	return p, nil
}

// PartsOf returns the parts of which a file is one, as far as they lie beside it.
func PartsOf(file string) Parts {
	p := partsOf(filepath.ToSlash(file), func(name string) bool {
		info, err := os.Stat(filepath.FromSlash(name))
		return err == nil && info.Mode().IsRegular()
	})
	return Parts{filepath.FromSlash(p.Graph), filepath.FromSlash(p.Encoder), filepath.FromSlash(p.WithPast)}
}

// partsOf goes by the files' names. Parts whose weights are stored alike belong
// together; an encoder that is stored otherwise than its decoder is taken where
// there is no other.
func partsOf(file string, exists func(string) bool) Parts {
	folder, base := path.Split(file)
	stem, store := split(base)
	if stem == "" {
		return Parts{Graph: file}
	}
	alike := append([]string{store}, stores...)
	find := func(stem string, stores ...string) string {
		for _, store := range stores {
			if name := folder + stem + store; exists(name) {
				return name
			}
		}
		return ""
	}
	p := Parts{Graph: file}
	switch stem {
	case encoder:
		p.Graph = cmp.Or(find(merged, store), find(decoder, store), find(merged, alike...), find(decoder, alike...))
		p.Encoder = file
	case withPast:
		p.Graph = find(decoder, store)
		p.Encoder = find(encoder, alike...)
	default:
		p.Encoder = find(encoder, alike...)
	}
	if p.Graph == "" {
		return Parts{Graph: file} // alone
	}
	if stem, store := split(path.Base(p.Graph)); stem == decoder {
		p.WithPast = find(withPast, store)
	}
	return p
}

// split takes the name of an encoder-decoder's part apart.
func split(base string) (stem, store string) {
	for _, stem := range []string{merged, decoder, withPast, encoder} {
		if store, ok := strings.CutPrefix(base, stem); ok {
			return stem, store
		}
	}
	return "", ""
}
