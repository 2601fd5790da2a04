package chunker

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
)

// maxMemory bounds what the C core holds for the texts of one worker together: the
// trees, and what it takes to make one. That of
// an ordinary file of 1 MiB takes 100 MB while it is parsed.
var maxMemory = 768 << 20

// exitMemory is the exit code of a worker that needed more.
const exitMemory = 71

// Work is the whole life of a worker: it reads the texts that a Workers sends
// to in and writes what the grammars find in them to out. When in ends it ends
// the process, whatever a grammar is doing. It returns only an error.
func Work(in io.Reader, out io.Writer) error {
	hardenWorker()
	boundMemory(maxMemory, exitMemory)
	trees := map[int]*tree{}
	for f := range requests(in) {
		r, err := decodeRequest(f)
		if err != nil {
			return err
		}
		for _, id := range r.closed {
			if t := trees[id]; t != nil {
				t.close()
				delete(trees, id)
			}
		}
		answer, err := r.answer(trees)
		if err != nil {
			return err
		}
		encoded := answer.encode()
		if err := encoded.writeTo(out); err != nil {
			return err
		}
	}
	return io.ErrUnexpectedEOF
}

// requests reads ahead, so that the end of in is seen while a grammar is at
// work.
func requests(in io.Reader) <-chan frame {
	frames := make(chan frame)
	go func() {
		r := bufio.NewReader(in)
		for {
			f, err := readFrame(r)
			if err != nil {
				os.Exit(0)
			}
			frames <- f
		}
	}()
	return frames
}

// answer reads what r asks for. An error is one of the request.
func (r *request) answer(trees map[int]*tree) (response, error) {
	t := trees[r.id]
	if t == nil || r.anew {
		language := LanguageByID(r.language)
		if language == nil || !r.anew {
			return response{}, errRequest
		}
		if t != nil {
			t.close()
		}
		t = &tree{language: language}
		trees[r.id] = t
	}
	if c := r.change; c.start < 0 || c.start > c.oldEnd || c.oldEnd > len(t.text) || c.newEnd != c.start+len(r.text) {
		return response{}, errRequest
	}
	t.timeout = r.timeout
	text := t.text[:r.change.start] + r.text + t.text[r.change.oldEnd:]
	read, err := t.read(context.Background(), r.change, text)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return response{failure: failedTimeout}, nil
	case err != nil:
		return response{failure: failedOther, message: err.Error()}, nil
	}
	return response{reading: read}, nil
}
