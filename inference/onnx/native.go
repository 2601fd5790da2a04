package onnx

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"
)

// live counts the objects that ONNX Runtime holds for this package. All of
// them are made and destroyed in this file, so that a leak is one number.
var live atomic.Int64

// destroyer is any handle of the binding. Its errors only ever say that the
// handle was destroyed before.
type destroyer interface{ Destroy() error }

func destroy(d destroyer) {
	_ = d.Destroy()
	live.Add(-1)
}

// counted counts a handle whose making succeeded.
func counted[T destroyer](handle T, err error) (T, error) {
	if err == nil {
		live.Add(1)
	}
	return handle, err
}

// values is a set of tensors that are destroyed together.
type values []ort.Value

// add makes a tensor over data, which must stay unchanged in place while the
// tensor lives, and keeps it for free.
func (vs *values) add(t DType, data []byte, shape ...int64) (ort.Value, error) {
	if len(data) == 0 {
		data = make([]byte, 8) // the binding takes the first byte's address even of an empty tensor
	}
	v, err := counted(ort.NewCustomDataTensor(shape, data, ort.TensorElementDataType(t)))
	if err != nil {
		return nil, fmt.Errorf("make a tensor of shape %v: %w", shape, err)
	}
	*vs = append(*vs, v)
	return v, nil
}

// addScalar is add for a number that has no dimension.
func (vs *values) addScalar(n int64) (ort.Value, error) {
	v, err := counted(ort.NewScalar(n))
	if err != nil {
		return nil, fmt.Errorf("make a scalar: %w", err)
	}
	*vs = append(*vs, v)
	return v, nil
}

func (vs *values) free() {
	for _, v := range *vs {
		destroy(v)
	}
	*vs = (*vs)[:0]
}

func newSessionOptions(o Options) (*ort.SessionOptions, error) {
	so, err := counted(ort.NewSessionOptions())
	if err != nil {
		return nil, err
	}
	spin := cmp.Or(o.Spin, defaultSpin)
	allow := "0"
	if spin > 0 {
		allow = "1"
	}
	for _, err := range []error{
		so.SetIntraOpNumThreads(o.threads()),
		so.SetInterOpNumThreads(1),
		so.AddSessionConfigEntry("session.force_spinning_stop", "1"), // between steps
		so.AddSessionConfigEntry("session.intra_op.allow_spinning", allow),
		so.AddSessionConfigEntry("session.intra_op.spin_duration_us", strconv.FormatInt(max(0, spin.Microseconds()), 10)),
		so.AddSessionConfigEntry("session.inter_op.allow_spinning", "0"),
		// Every step has another shape: a pattern per shape would only pile up.
		so.SetMemPattern(false),
		so.SetLogSeverityLevel(ort.LoggingLevelFatal),
	} {
		if err != nil {
			destroy(so)
			return nil, err
		}
	}
	return so, nil
}

// newSession loads the graph. inputs and outputs fix the order of the tensors
// in run. What goes wrong on another provider than the CPU is a providerError.
func newSession(g Graph, inputs, outputs []string, o Options) (*ort.DynamicAdvancedSession, error) {
	s, err := trySession(g, inputs, outputs, o, "")
	if err != nil && strings.Contains(err.Error(), "InsertedPrecisionFreeCast_") {
		// A fusion that stumbles over casts of another one, in graphs of half
		// precision on the CPU (ONNX Runtime 1.27).
		s, err = trySession(g, inputs, outputs, o, "SimplifiedLayerNormFusion")
	}
	if err != nil && !o.Provider.OnCPU() {
		return nil, &providerError{o.Provider, err}
	}
	return s, err
}

// trySession loads the graph without one of ONNX Runtime's optimizations.
func trySession(g Graph, inputs, outputs []string, o Options, without string) (*ort.DynamicAdvancedSession, error) {
	so, err := newSessionOptions(o)
	if err != nil {
		return nil, err
	}
	defer destroy(so)
	if err := o.Provider.append(so); err != nil {
		return nil, err
	}
	if without != "" {
		if err := so.AddSessionConfigEntry("optimization.disable_specified_optimizers", without); err != nil {
			return nil, err
		}
	}
	if g.Data == nil {
		return counted(ort.NewDynamicAdvancedSession(g.Path, inputs, outputs, so))
	}
	if g.Path != "" { // rewritten: weights in other files are still beside the original
		if err := so.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", filepath.Dir(g.Path)); err != nil {
			return nil, err
		}
	}
	return counted(ort.NewDynamicAdvancedSessionWithONNXData(g.Data, inputs, outputs, so))
}

func newRunOptions() (*ort.RunOptions, error) {
	return counted(ort.NewRunOptions())
}
