package onnx

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// Each benchmark of this file alternates two ways of doing the same within one
// loop and reports the median of both and their ratio, because a machine's
// speed changes from one benchmark to the next.

// middling is a shape between the shipped model and SmolLM2-135M, in 8 bits,
// weights random.
var middling = testmodel.Llama{Layers: 12, Hidden: 384, FFN: 1024, Heads: 6, KVHeads: 3, HeadDim: 64, Vocab: 16384, Context: 2048, Theta: 10000, NBits: 8, AccuracyLevel: 4, Seed: 1}

func shippedGraph(b *testing.B) Graph {
	return Graph{Path: filepath.Join(onnxtest.Root(b), "models", "default", "onnx", "model_quantized.onnx")}
}

func benchModel(b *testing.B, open func(Graph, Options) (*Model, error), g Graph, o Options) *Model {
	b.Helper()
	if err := Initialize(onnxtest.Library(b)); err != nil {
		b.Fatal(err)
	}
	m, err := open(g, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { m.Close() })
	return m
}

func benchPrompt(n, vocab int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = int64(i*7919+11) % int64(vocab)
	}
	return ids
}

func generate(b *testing.B, m *Model, prompt, fresh, prefix int) func() Output {
	ids := benchPrompt(prompt, m.VocabSize())
	return func() Output {
		out, err := m.Generate(b.Context(), ids, GenerateOptions{MaxNewTokens: fresh, PrefixLen: prefix})
		if err != nil {
			b.Fatal(err)
		}
		return out
	}
}

// compareTimes alternates two ways and reports milliseconds.
func compareTimes(b *testing.B, without, with func() time.Duration) {
	b.Helper()
	without()
	with()
	var base, lever []time.Duration
	for b.Loop() {
		base = append(base, without())
		lever = append(lever, with())
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		return d[len(d)/2].Seconds() * 1000
	}
	b.ReportMetric(median(base), "without-ms")
	b.ReportMetric(median(lever), "with-ms")
	b.ReportMetric(median(base)/median(lever), "ratio")
	b.ReportMetric(0, "ns/op")
}

func total(f func() Output) func() time.Duration {
	return func() time.Duration { out := f(); return out.Prefill + out.Decode }
}

func prefill(f func() Output) func() time.Duration {
	return func() time.Duration { return f().Prefill }
}

func decode(f func() Output) func() time.Duration {
	return func() time.Duration { return f().Decode }
}

// BenchmarkGenerate reads a prompt and writes 16 tokens.
func BenchmarkGenerate(b *testing.B) {
	for name, c := range map[string]struct {
		graph  func() Graph
		prompt int
	}{
		"shipped":  {func() Graph { return shippedGraph(b) }, 40},
		"middling": {func() Graph { return Graph{Data: middling.Graph()} }, 160},
	} {
		b.Run(name, func(b *testing.B) {
			run := generate(b, benchModel(b, Open, c.graph(), Options{}), c.prompt, 16, 0)
			run()
			var reading, writing time.Duration
			b.ReportAllocs()
			for b.Loop() {
				out := run()
				reading += out.Prefill
				writing += out.Decode
			}
			b.ReportMetric(reading.Seconds()*1000/float64(b.N), "prefill-ms")
			b.ReportMetric(writing.Seconds()*1000/float64(b.N*15), "decode-ms/token")
		})
	}
}

// openTweaked is Open without what tweak switches off.
func openTweaked(tweak func(*signature)) func(Graph, Options) (*Model, error) {
	return func(g Graph, o Options) (*Model, error) {
		src, p, err := g.read()
		if err != nil {
			return nil, err
		}
		defer src.Close()
		sig, err := readSignature(p, o.Config)
		if err != nil {
			return nil, err
		}
		whole := *sig
		trimmed, err := trimLogits(src, p, sig)
		if err != nil {
			return nil, err
		}
		if tweak(sig); sig.lastOnly {
			g = Graph{Data: trimmed}
		} else {
			sig = &whole
		}
		return newModel(g, sig, o)
	}
}

// BenchmarkLevers compares what each design decision gives: a prompt of 160
// tokens and 16 new ones, where a name says nothing else.
func BenchmarkLevers(b *testing.B) {
	b.Run("shipped", func(b *testing.B) { benchLevers(b, shippedGraph(b), 1) })
	b.Run("middling", func(b *testing.B) { benchLevers(b, writtenGraph(b, middling), 2) })
	b.Run("smollm2-135m", func(b *testing.B) {
		dynamic := testmodel.SmolLM2
		dynamic.Dynamic = true
		benchLevers(b, writtenGraph(b, dynamic), 2)
	})
}

func benchLevers(b *testing.B, g Graph, threads int) {
	model := func(b *testing.B, o Options) *Model { return benchModel(b, Open, g, o) }
	tweaked := func(b *testing.B, tweak func(*signature)) *Model {
		return benchModel(b, openTweaked(tweak), g, Options{Threads: threads})
	}
	// Common steps even where they would change the outputs.
	batched := func(b *testing.B, n int) *Model {
		return benchModel(b, openTweaked(func(s *signature) { s.batches = true }), g, Options{Threads: threads, Batch: n})
	}
	m := model(b, Options{Threads: threads})
	best := generate(b, m, 160, 16, 0)
	b.Run("decode/preallocated-cache", func(b *testing.B) {
		m := tweaked(b, func(s *signature) { s.inPlace = false })
		compareTimes(b, func() time.Duration { return copyingDecode(b, m, 160, 16) }, decode(best))
	})
	b.Run("decode/in-place-cache", func(b *testing.B) {
		m := tweaked(b, func(s *signature) { s.inPlace = false })
		compareTimes(b, decode(generate(b, m, 160, 16, 0)), decode(best))
	})
	b.Run("prefill/last-logits", func(b *testing.B) {
		m := tweaked(b, func(s *signature) { s.lastOnly = false })
		compareTimes(b, prefill(generate(b, m, 160, 1, 0)), prefill(best))
	})
	for _, c := range []struct{ prefix, prompt int }{{60, 160}, {40, 200}} {
		b.Run(fmt.Sprintf("prefill/prefix-%d-of-%d", c.prefix, c.prompt), func(b *testing.B) {
			compareTimes(b, prefill(generate(b, m, c.prompt, 1, 0)), prefill(generate(b, m, c.prompt, 1, c.prefix)))
		})
	}
	for _, spin := range []time.Duration{defaultSpin, time.Millisecond} {
		b.Run(fmt.Sprintf("total/spin-%s", spin), func(b *testing.B) {
			without, with := model(b, Options{Threads: 2, Spin: -1}), model(b, Options{Threads: 2, Spin: spin})
			compareTimes(b, total(generate(b, without, 160, 16, 0)), total(generate(b, with, 160, 16, 0)))
		})
	}
	b.Run("total/two-threads", func(b *testing.B) {
		one, two := model(b, Options{Threads: 1}), model(b, Options{Threads: 2})
		compareTimes(b, total(generate(b, one, 160, 16, 0)), total(generate(b, two, 160, 16, 0)))
	})
	for _, n := range []int{2, 4, 8} {
		b.Run(fmt.Sprintf("total/batch-%d", n), func(b *testing.B) {
			compareTimes(b, atOnce(b, m, n), atOnce(b, batched(b, n), n))
		})
	}
	// What a guess of the next tokens would have to save: the time of reading one
	// token over that of reading several.
	for _, n := range []int{2, 4} {
		b.Run(fmt.Sprintf("step/%d-tokens", n), func(b *testing.B) {
			compareTimes(b, stepOf(b, m, 1), stepOf(b, m, n))
		})
	}
}

// atOnce gives the time of a function when n are asked for at the same time.
func atOnce(b *testing.B, m *Model, n int) func() time.Duration {
	return func() time.Duration {
		var done sync.WaitGroup
		began := time.Now()
		for range n {
			done.Go(func() { generate(b, m, 160, 16, 40)() })
		}
		done.Wait()
		return time.Since(began) / time.Duration(n)
	}
}

// stepOf gives the time of a step that reads n tokens after 160 others and
// gives the logits of all of them.
func stepOf(b *testing.B, m *Model, n int) func() time.Duration {
	ids := benchPrompt(160+n, m.VocabSize())
	return func() time.Duration {
		s, err := m.begin(b.Context(), ids, GenerateOptions{})
		if err != nil {
			b.Fatal(err)
		}
		defer s.end()
		if _, err := s.forward(ids[:160]); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if err := s.read(ids[160:], n); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
}

// kernels are the ways in which exports store matrices, but for float32.
var kernels = []struct {
	name  string
	store func(*testmodel.Llama)
}{
	{"MatMulInteger", func(l *testmodel.Llama) { l.Dynamic = true }},
	{"MatMulNBits-8-accuracy-4", func(l *testmodel.Llama) { l.NBits, l.AccuracyLevel = 8, 4 }},
	{"MatMulNBits-4", func(l *testmodel.Llama) { l.NBits = 4 }},
	{"MatMulNBits-4-accuracy-4", func(l *testmodel.Llama) { l.NBits, l.AccuracyLevel = 4, 4 }},
}

// BenchmarkKernels compares the ways in which exports store SmolLM2-135M's
// matrices with float32: time without the lever is float32's.
func BenchmarkKernels(b *testing.B) {
	base := generate(b, benchModel(b, Open, writtenGraph(b, testmodel.SmolLM2), Options{}), 160, 16, 0)
	for _, kernel := range kernels {
		l := testmodel.SmolLM2
		kernel.store(&l)
		b.Run(kernel.name, func(b *testing.B) {
			run := generate(b, benchModel(b, Open, writtenGraph(b, l), Options{}), 160, 16, 0)
			b.Run("prefill", func(b *testing.B) { compareTimes(b, prefill(base), prefill(run)) })
			b.Run("decode", func(b *testing.B) { compareTimes(b, decode(base), decode(run)) })
		})
	}
}

// writtenGraph writes l to a file, where a graph of any size can be loaded
// from without staying in Go's memory.
func writtenGraph(b *testing.B, l testmodel.Llama) Graph {
	b.Helper()
	dir := b.TempDir()
	if err := l.WriteDir(dir); err != nil {
		b.Fatal(err)
	}
	return Graph{Path: l.GraphPath(dir)}
}

// copyingDecode is the loop that the binding suggests: ONNX Runtime allocates
// all outputs of each step and they are copied to Go, the cache among them.
func copyingDecode(b *testing.B, m *Model, prompt, fresh int) time.Duration {
	sig, ids := m.sig, benchPrompt(prompt, m.sig.vocab)
	options, err := newRunOptions()
	if err != nil {
		b.Fatal(err)
	}
	defer destroy(options)
	var cache values
	defer cache.free()
	for range sig.past {
		if _, err := cache.add(sig.cacheType, nil, 1, int64(sig.kvHeads), 0, int64(sig.headDim)); err != nil {
			b.Fatal(err)
		}
	}
	var began time.Time
	for past, unread := 0, ids; past < prompt+fresh-1; past, unread = past+len(unread), ids[:1] {
		if past == prompt {
			began = time.Now()
		}
		n := int64(len(unread))
		positions, mask := make([]int64, n), make([]int64, int64(past)+n)
		for i := range positions {
			positions[i] = int64(past + i)
		}
		for i := range mask {
			mask[i] = 1
		}
		inputs, outputs := make([]ort.Value, len(sig.inputs)), make([]ort.Value, len(sig.outputs))
		var held values
		for place, data := range map[int][]int64{sig.ids: unread, sig.mask: mask, sig.positions: positions} {
			if inputs[place], err = held.add(Int64, asBytes(data), 1, int64(len(data))); err != nil {
				b.Fatal(err)
			}
		}
		if inputs[sig.rows], err = held.add(Int64, asBytes([]int64{n - 1}), 1); err != nil {
			b.Fatal(err)
		}
		for i, place := range sig.past {
			inputs[place] = cache[i]
		}
		if err := m.sessions[0].RunWithOptions(inputs, outputs, options); err != nil {
			b.Fatal(err)
		}
		held.free()
		cache.free()
		for _, place := range sig.present {
			v, _ := counted(outputs[place], nil)
			cache = append(cache, v)
		}
		logits := outputs[sig.logits].(*ort.Tensor[float32])
		argmax(logits.GetData())
		logits.Destroy()
	}
	return time.Since(began)
}

// BenchmarkJoined compares the products of one input taken one by one with all
// of them at once, and checks that no number differs.
func BenchmarkJoined(b *testing.B) {
	for _, kernel := range kernels {
		l := testmodel.SmolLM2
		kernel.store(&l)
		b.Run(kernel.name, func(b *testing.B) {
			one := generate(b, benchModel(b, Open, writtenGraph(b, l), Options{}), 160, 16, 0)
			l.Joined = true
			all := generate(b, benchModel(b, Open, writtenGraph(b, l), Options{}), 160, 16, 0)
			if x, y := one(), all(); !slices.Equal(x.IDs, y.IDs) || !slices.Equal(x.LogProbs, y.LogProbs) {
				b.Fatalf("one by one %v, %v; at once %v, %v", x.IDs, x.LogProbs, y.IDs, y.LogProbs)
			}
			b.Run("prefill", func(b *testing.B) { compareTimes(b, prefill(one), prefill(all)) })
			b.Run("decode", func(b *testing.B) { compareTimes(b, decode(one), decode(all)) })
		})
	}
}
