package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds one line of JSON input.
const maxLine = 64 << 20

// eachLine decodes the JSON lines of r and writes what answer makes of each,
// one line for one. A line that is not valid, or that answer refuses, is
// answered by {"error"}; the lines after it are still answered, and the end
// tells how many failed.
func eachLine[In any](r io.Reader, w io.Writer, answer func(In) (any, error)) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 64<<10), maxLine)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	line, failed := 0, 0
	for in.Scan() {
		line++
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		var request In
		var response any
		err := json.Unmarshal(in.Bytes(), &request)
		if err == nil {
			response, err = answer(request)
		}
		if err != nil {
			failed++
			response = map[string]string{"error": fmt.Sprintf("line %d: %v", line, err)}
		}
		if err := out.Encode(response); err != nil {
			return &exitError{exitFailed, fmt.Errorf("write the answer to line %d: %w", line, err)}
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return &exitError{exitFailed, fmt.Errorf("line %d is longer than %d MiB", line+1, maxLine>>20)}
	case err != nil:
		return &exitError{exitFailed, fmt.Errorf("read line %d: %w", line+1, err)}
	case failed > 0:
		return &exitError{exitFailed, fmt.Errorf("%d of %d lines failed; their errors are in the output", failed, line)}
	}
	return nil
}
