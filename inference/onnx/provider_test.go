package onnx_test

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// A provider that the library or the machine lacks is told of once, and the
// model runs on the CPU, with the CPU's own numbers.
func TestProviderFallback(t *testing.T) {
	absent := map[onnx.Provider]string{ // and a part of what is said
		onnx.CUDA:     "docs/gpu.md",
		onnx.OpenVINO: "docs/gpu.md",
		onnx.CoreML:   "built without it",
		onnx.DirectML: "built without it",
	}
	switch runtime.GOOS { // what the library that the tests use has
	case "darwin":
		delete(absent, onnx.CoreML)
	case "windows":
		delete(absent, onnx.DirectML)
	}
	prompt := randomPrompts(3, testmodel.Tiny.Vocab)[2]
	g := onnx.Graph{Data: testmodel.Tiny.Graph()}
	o := onnx.GenerateOptions{MaxNewTokens: 8}
	want, err := open(t, g, onnx.Options{}).Generate(t.Context(), prompt, o)
	if err != nil {
		t.Fatal(err)
	}
	for p, said := range absent {
		before := onnx.Live()
		m := open(t, g, onnx.Options{Provider: p, Batch: 2})
		runs, fallback := m.Provider()
		if runs == p {
			continue // this machine has it
		}
		if runs != onnx.CPU || fallback == nil || strings.Contains(fallback.Error(), "\n") ||
			!strings.Contains(fallback.Error(), "runs on the CPU: "+string(p)+": ") || !strings.Contains(fallback.Error(), said) {
			t.Errorf("%s runs on %s, since %v; want an error of one line with %q", p, runs, fallback, said)
		}
		if live := onnx.Live() - before; live != 1 {
			t.Errorf("%s: %d objects of ONNX Runtime are left beside the session", p, live-1)
		}
		if !m.InPlace() || m.Concurrency() != 2 {
			t.Errorf("%s: on the CPU the cache is in place: %v, generations at a time: %d", p, m.InPlace(), m.Concurrency())
		}
		got, err := m.Generate(t.Context(), prompt, o)
		if err != nil {
			t.Fatal(err)
		}
		if s := differs(t, m, prompt, got.IDs, want.IDs, 0); s != "" {
			t.Errorf("%s: %s", p, s)
		}
	}
	if _, fallback := open(t, g, onnx.Options{Provider: onnx.Auto}).Provider(); fallback != nil {
		t.Errorf("auto says %v", fallback)
	}
	if _, err := onnx.Open(g, onnx.Options{Provider: "tpu"}); err == nil || !strings.Contains(err.Error(), "webgpu") {
		t.Errorf("an unknown provider: %v", err)
	}
}

// providerEnv names the provider that TestProviderParity is to run on.
const providerEnv = "GLOSS_TEST_PROVIDER"

// providerTie is what two tokens may be apart of which a provider with kernels of
// its own takes the other one: WebGPU's attention moves a log-probability by
// 0.17 at most on these graphs.
const providerTie = 0.25

// TestProviderParity holds a provider, on a machine that has it, to the CPU.
func TestProviderParity(t *testing.T) {
	p := onnx.Provider(os.Getenv(providerEnv))
	if p == "" {
		t.Skipf("%s names no provider to compare with the CPU", providerEnv)
	}
	for _, name := range []string{"fused", "plain", "fused, no position_ids", "fused, last logits", "plain, no position_ids", "fused, 4-bit, exact", "fused, dynamic"} {
		t.Run(name, func(t *testing.T) {
			l := tiny(name)
			g := onnx.Graph{Data: l.Graph()}
			m := open(t, g, onnx.Options{Provider: p})
			if runs, fallback := m.Provider(); runs != p {
				t.Fatalf("it runs on %s: %v", runs, fallback)
			}
			prompts := randomPrompts(20, l.Vocab)
			o := onnx.GenerateOptions{MaxNewTokens: 16}
			cpu := open(t, g, onnx.Options{})
			var want [][]int64
			for _, prompt := range prompts {
				out, err := cpu.Generate(t.Context(), prompt, o)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, out.IDs)
			}
			ways := everyWay
			if l.Dynamic {
				ways = whole
			}
			compare(t, m, prompts, want, o, ways, providerTie)
		})
	}
}
