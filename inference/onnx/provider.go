package onnx

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// Provider names what runs a graph's operators: ONNX Runtime's execution
// providers. The empty one is CPU. Operators that a provider does not have run on
// the CPU.
type Provider string

// The providers, and Auto, which is the first that works of those that this
// system may have.
const (
	CPU      Provider = "cpu"
	CUDA     Provider = "cuda"
	CoreML   Provider = "coreml"
	DirectML Provider = "directml"
	OpenVINO Provider = "openvino"
	WebGPU   Provider = "webgpu"
	Auto     Provider = "auto"
)

// Providers lists the names that a user can give.
func Providers() []Provider {
	return []Provider{CPU, CUDA, CoreML, DirectML, OpenVINO, WebGPU, Auto}
}

// Check returns an error unless p is one of Providers.
func (p Provider) Check() error {
	if p == "" || slices.Contains(Providers(), p) {
		return nil
	}
	var names []string
	for _, known := range Providers() {
		names = append(names, string(known))
	}
	return fmt.Errorf("there is no provider %.40q; there are %s", string(p), strings.Join(names, ", "))
}

// OnCPU reports whether p is the CPU and nothing else.
func (p Provider) OnCPU() bool { return p == "" || p == CPU }

// order lists what is tried. WebGPU is not among what Auto tries: it runs on
// drivers in software too, many times slower than the CPU.
func (p Provider) order() []Provider {
	if p.OnCPU() {
		return []Provider{CPU}
	}
	if p != Auto {
		return []Provider{p, CPU}
	}
	switch runtime.GOOS {
	case "darwin":
		return []Provider{CoreML, CPU}
	case "windows":
		return []Provider{CUDA, DirectML, CPU}
	}
	return []Provider{CUDA, OpenVINO, CPU}
}

// append makes a session run on p where it can.
func (p Provider) append(so *ort.SessionOptions) error {
	switch p {
	case CUDA:
		return appendCUDA(so)
	case CoreML:
		return so.AppendExecutionProviderCoreMLV2(map[string]string{"ModelFormat": "MLProgram"})
	case DirectML:
		return so.AppendExecutionProviderDirectML(0)
	case OpenVINO:
		return so.AppendExecutionProviderOpenVINO(map[string]string{"device_type": "AUTO"})
	case WebGPU:
		return so.AppendExecutionProvider("WebGPU", nil)
	}
	return nil
}

func appendCUDA(so *ort.SessionOptions) error {
	o, err := counted(ort.NewCUDAProviderOptions())
	if err != nil {
		return err
	}
	defer destroy(o)
	// TensorFloat-32 has 10 bits of a product's 23, and the likeliest token may
	// be another one then.
	if err := o.Update(map[string]string{"use_tf32": "0"}); err != nil {
		return err
	}
	return so.AppendExecutionProviderCUDA(o)
}

// providerError says why a provider cannot run a graph here.
type providerError struct {
	provider Provider
	err      error
}

func (e *providerError) Error() string {
	message := e.err.Error()
	for _, before := range []string{": FAIL : ", " was false. "} { // places in ONNX Runtime's source
		if _, after, found := strings.Cut(message, before); found {
			message = after
		}
	}
	return fmt.Sprintf("%s: %s%s", e.provider, strings.TrimRight(message, ". "), e.hint())
}

func (e *providerError) Unwrap() error { return e.err }

// hint says what a user can do.
func (e *providerError) hint() string {
	message := e.err.Error()
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(message, part) })
	}
	switch {
	case has("libonnxruntime_providers_", "Failed to load shared library"):
		return "; the provider's own library must be beside ONNX Runtime's, and what that needs must be installed: see docs/gpu.md"
	case has("not enabled in this build", "not supported in this build", "does not support", "is not supported"):
		return "; this library of ONNX Runtime is built without it: see docs/gpu.md"
	case has("driver", "adapter"):
		return "; is the graphics card's driver installed?"
	}
	return ""
}

// Provider returns what the model runs on, and why not on what was asked for:
// nil where that was Auto or is what it runs on.
func (m *Model) Provider() (Provider, error) { return m.provider, m.fallback }

// Open loads g on the provider that o names, or on the CPU where that cannot be.
// Initialize must have been called before. A graph that cannot generate is
// refused with the reason.
func Open(g Graph, o Options) (*Model, error) {
	if err := o.Provider.Check(); err != nil {
		return nil, err
	}
	wished := o.Provider
	var refused error
	for _, o.Provider = range wished.order() {
		m, err := openOn(g, o)
		if err == nil {
			err = m.try()
		}
		if unusable := (*providerError)(nil); errors.As(err, &unusable) {
			refused = errors.Join(refused, unusable)
			continue
		}
		if err != nil {
			return nil, err
		}
		m.provider = o.Provider
		if refused != nil && wished != Auto {
			m.fallback = fmt.Errorf("%s runs on the CPU: %w", g, refused)
		}
		return m, nil
	}
	return nil, refused // not reached: the CPU's errors are no providerErrors
}

// try has a model on another provider than the CPU write a token: only then do
// some find out what they lack. A model that fails is closed.
func (m *Model) try() error {
	if m.provider.OnCPU() {
		return nil
	}
	if _, err := m.Generate(context.Background(), []int64{0}, GenerateOptions{MaxNewTokens: 1}); err != nil {
		return &providerError{m.provider, errors.Join(err, m.Close())}
	}
	return nil
}
