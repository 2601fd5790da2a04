package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// maxLine bounds one line of JSON input.
const maxLine = 64 << 20

// reply is what becomes of a line.
type reply struct {
	line   int
	done   chan struct{}
	answer any
	err    error
}

// eachLine decodes the JSON lines of r and writes what answer makes of each,
// one line for one and in their order, while at most so many jobs are at work. A
// line that is not valid, or that answer refuses, is answered by {"error"}; the
// lines after it are still answered, and the end tells how many failed.
func eachLine[In any](ctx context.Context, jobs int, r io.Reader, w io.Writer, answer func(context.Context, In) (any, error)) error {
	var working sync.WaitGroup
	defer working.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	in := bufio.NewScanner(interruptible{ctx, r})
	in.Buffer(make([]byte, 64<<10), maxLine)
	lines := 0
	replies := make(chan *reply, jobs-1) // and the one that is waited for
	working.Go(func() {
		defer close(replies)
		for in.Scan() {
			lines++
			if len(bytes.TrimSpace(in.Bytes())) == 0 {
				continue
			}
			p := &reply{line: lines, done: make(chan struct{})}
			select {
			case replies <- p:
			case <-ctx.Done():
				return
			}
			var request In
			if p.err = json.Unmarshal(in.Bytes(), &request); p.err != nil {
				close(p.done)
				continue
			}
			working.Go(func() {
				defer close(p.done)
				p.answer, p.err = answer(ctx, request)
			})
		}
	})

	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	failed := 0
	for p := range replies {
		<-p.done
		if p.err != nil {
			failed++
			p.answer = map[string]string{"error": fmt.Sprintf("line %d: %v", p.line, p.err)}
		}
		if err := out.Encode(p.answer); err != nil {
			return &exitError{exitFailed, fmt.Errorf("write the answer to line %d: %w", p.line, err)}
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return &exitError{exitFailed, fmt.Errorf("line %d is longer than %d MiB", lines+1, maxLine>>20)}
	case err != nil:
		return &exitError{exitFailed, fmt.Errorf("read line %d: %w", lines+1, err)}
	case failed > 0:
		return &exitError{exitFailed, fmt.Errorf("%d of %d lines failed; their errors are in the output", failed, lines)}
	}
	return nil
}
