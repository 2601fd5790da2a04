package local

import (
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/models"
)

// OpenGraph loads ONNX Runtime and the graph of m. The empty library searches
// for it. What the graph leaves open is taken from m's config.json.
func OpenGraph(m *models.Model, library string, o onnx.Options) (*onnx.Model, error) {
	library, err := onnx.FindLibrary(library)
	if err != nil {
		return nil, err
	}
	if err := onnx.Initialize(library); err != nil {
		return nil, err
	}
	graph, err := Graph(m)
	if err != nil {
		return nil, err
	}
	o.Config = GraphConfig(m)
	return onnx.Open(graph, o)
}

// Graph names m's graph for package onnx.
func Graph(m *models.Model) (onnx.Graph, error) {
	path, data, err := m.GraphFile()
	if err != nil {
		return onnx.Graph{}, err
	}
	parts, err := m.GraphParts()
	if err != nil {
		return onnx.Graph{}, err
	}
	return onnx.Graph{Path: path, Data: data, Encoder: parts.Encoder, WithPast: parts.WithPast}, nil
}

// GraphConfig is what m's config.json says about its graph.
func GraphConfig(m *models.Model) onnx.Config {
	return onnx.Config{
		VocabSize:             m.Config.VocabSize,
		NumKeyValueHeads:      m.Config.NumKeyValueHeads,
		HeadDim:               m.Config.HeadDim,
		HiddenSize:            m.Config.HiddenSize,
		MaxPositionEmbeddings: m.Config.MaxPositionEmbeddings,
		DecoderStart:          m.Generation.DecoderStart,
	}
}
