package onnx_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// slow is a shape whose prompt of 500 tokens takes far longer than a test
// needs to cancel it.
var slow = testmodel.Llama{Layers: 12, Hidden: 128, FFN: 256, Heads: 8, KVHeads: 8, HeadDim: 16, Vocab: 256, Context: 4096, Theta: 10000, Plain: true, Seed: 1}

// A context that ends stops a prompt's reading inside ONNX Runtime, not after
// it, and leaves the model as it was.
func TestCancelInsidePrefill(t *testing.T) {
	m := open(t, onnx.Graph{Data: slow.Graph()}, onnx.Options{Threads: 1})
	prompt := make([]int64, 500)
	o := onnx.GenerateOptions{MaxNewTokens: 1}
	whole, err := m.Generate(t.Context(), prompt, o)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := whole.Prefill / 4; ; deadline /= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		_, err := m.Generate(ctx, prompt, o)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		// The machine may have been slower the first time.
		if err != nil || deadline < whole.Prefill/100 {
			t.Fatalf("a deadline of %s for a prefill of %s: got %v, want %v", deadline, whole.Prefill, err, context.DeadlineExceeded)
		}
	}
	again, err := m.Generate(t.Context(), prompt, o)
	if err != nil || !slices.Equal(again.IDs, whole.IDs) {
		t.Errorf("after cancels: got %v, %v, want %v", again.IDs, err, whole.IDs)
	}
}

func TestCancelWhileDecoding(t *testing.T) {
	m := openTiny(t, "plain")
	ctx, cancel := context.WithCancelCause(t.Context())
	out, err := m.Generate(ctx, []int64{1, 2, 3}, onnx.GenerateOptions{MaxNewTokens: 100, Stop: func(ids []int64) bool {
		if len(ids) == 5 {
			cancel(errors.New("the user typed"))
		}
		return false
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v, want %v", out, err, context.Canceled)
	}
	if len(out.IDs) != 5 {
		t.Errorf("%d tokens were written before the cancel at 5", len(out.IDs))
	}
}

// A caller that waits for its turn leaves when its context ends, while the
// generation that runs goes on.
func TestCancelWhileWaiting(t *testing.T) {
	m := openTiny(t, "fused")
	running, finish := make(chan struct{}), make(chan struct{})
	var first error
	var done sync.WaitGroup
	done.Go(func() {
		var once sync.Once
		_, first = m.Generate(t.Context(), []int64{1}, onnx.GenerateOptions{MaxNewTokens: 3, Stop: func([]int64) bool {
			once.Do(func() { close(running) })
			<-finish
			return false
		}})
	})
	<-running
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if _, err := m.Generate(ctx, []int64{1}, onnx.GenerateOptions{MaxNewTokens: 3}); !errors.Is(err, context.Canceled) {
		t.Errorf("the waiting caller got %v, want %v", err, context.Canceled)
	}
	close(finish)
	done.Wait()
	if first != nil {
		t.Error(first)
	}
}

func TestClose(t *testing.T) {
	initialize(t)
	m, err := onnx.Open(onnx.Graph{Data: tiny("fused").Graph()}, onnx.Options{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := m.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := m.Generate(t.Context(), []int64{1}, onnx.GenerateOptions{MaxNewTokens: 1}); err == nil {
		t.Error("a closed model generated")
	}
}
