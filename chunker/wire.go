package chunker

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// A worker and its client exchange frames: a length of four bytes, the lowest
// first, and so many bytes of fields. A number is a varint, a string its length
// and its bytes.
const (
	wireVersion = 2
	maxFrame    = 64 << 20
)

// request asks a worker to read a text, whole or as an edit.
type request struct {
	id       int    // of the file
	closed   []int  // files that are closed since the request before
	language string // its ID
	timeout  time.Duration
	anew     bool   // the worker does not know the text before
	change   change // of the text before
	text     string // what stands there now
}

// response is a reading, or why there is none.
type response struct {
	failure failure
	message string // for failedOther
	reading reading
}

type failure int

const (
	succeeded failure = iota
	failedTimeout
	failedOther
)

func (r *request) encode() frame {
	var f frame
	f.ints(wireVersion, r.id, len(r.closed))
	f.ints(r.closed...)
	f.string(r.language)
	f.ints(int(r.timeout), toInt(r.anew), r.change.start, r.change.oldEnd, r.change.newEnd)
	f.string(r.text)
	return f
}

func decodeRequest(f frame) (request, error) {
	if v := f.int(); v != wireVersion {
		return request{}, fmt.Errorf("the client speaks version %d, this program %d: gloss was replaced while it ran; start it again", v, wireVersion)
	}
	r := request{id: f.int()}
	for range f.count(1) {
		r.closed = append(r.closed, f.int())
	}
	r.language = f.text()
	r.timeout, r.anew = time.Duration(f.int()), f.int() != 0
	r.change = change{f.int(), f.int(), f.int()}
	r.text = f.text()
	if f.end() != nil {
		return request{}, errRequest
	}
	return r, nil
}

var errRequest = errors.New("the client's request makes no sense")

func (r *response) encode() frame {
	var f frame
	f.ints(int(r.failure))
	f.string(r.message)
	read := &r.reading
	f.ints(read.change.start, read.change.oldEnd, read.change.newEnd)
	f.ints(read.dirty.Start, read.dirty.End, toInt(read.broken), len(read.facts.definitions))
	for _, d := range read.facts.definitions {
		f.ints(slices.Index(captures, d.capture), d.arity)
		for _, r := range d.ranges() {
			f.ints(r.Start, r.End)
		}
	}
	for _, marks := range [][]mark{read.facts.leads, read.facts.strings} {
		f.ints(len(marks))
		for _, m := range marks {
			f.ints(slices.Index(captures, m.capture), m.Start, m.End)
		}
	}
	return f
}

// decodeResponse checks that every range lies in a text of so many bytes: what
// a grammar has spoilt in the worker's memory must not reach further.
func decodeResponse(f frame, length int) (response, error) {
	r := response{failure: failure(f.int()), message: f.text()}
	read := &r.reading
	whole := Range{0, length}
	span := func() Range {
		r := Range{f.int(), f.int()}
		f.short = f.short || r.Start > r.End || !whole.contains(r)
		return r
	}
	read.change = change{f.int(), f.int(), f.int()}
	read.dirty = span()
	read.broken = f.int() != 0
	for range f.count(12) {
		d := definition{capture: f.capture(), arity: f.int()}
		for _, r := range d.ranges() {
			*r = span()
		}
		if d.name.Start >= d.name.End || !d.contains(d.name) || !d.body.absent() && !d.contains(d.body) {
			return response{}, errSpoilt
		}
		read.facts.definitions = append(read.facts.definitions, d)
	}
	for _, marks := range []*[]mark{&read.facts.leads, &read.facts.strings} {
		for range f.count(3) {
			m := mark{capture: f.capture()}
			m.Range = span()
			*marks = append(*marks, m)
		}
	}
	if err := f.end(); err != nil {
		return response{}, err
	}
	return r, nil
}

// follows reports whether r can be what a grammar made of c, which led to a text
// of so many bytes: it covers the change, and moves what is behind it as far.
func (r *reading) follows(c change, length int) bool {
	covers := r.change.start >= 0 && r.change.start <= c.start && r.change.oldEnd >= c.oldEnd && r.change.newEnd <= length
	return covers && r.change.newEnd-r.change.oldEnd == c.newEnd-c.oldEnd && r.dirty.contains(Range{r.change.start, r.change.newEnd})
}

var errSpoilt = fmt.Errorf("%w: the worker's answer makes no sense", ErrFault)

// ranges are those of a definition that a grammar tells.
func (d *definition) ranges() []*Range {
	return []*Range{&d.Range, &d.name, &d.body, &d.docstring, &d.container}
}

// toError is the failure as the caller of a File knows it.
func (r *response) toError() error {
	switch r.failure {
	case succeeded:
		return nil
	case failedTimeout:
		return context.DeadlineExceeded
	}
	return errors.New(r.message)
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// frame is what is written of a message, or what is left to read of it. A
// frame that ends too soon reads as zeros, and end tells.
type frame struct {
	b     []byte
	short bool
}

func (f *frame) ints(all ...int) {
	for _, i := range all {
		f.b = binary.AppendVarint(f.b, int64(i))
	}
}

func (f *frame) string(s string) {
	f.ints(len(s))
	f.b = append(f.b, s...)
}

func (f *frame) int() int {
	i, n := binary.Varint(f.b)
	if n <= 0 {
		f.b, f.short = nil, true
		return 0
	}
	f.b = f.b[n:]
	return int(i)
}

// count is the length of a list whose elements take at least so many bytes.
func (f *frame) count(least int) int {
	n := f.int()
	if n < 0 || n > len(f.b)/least {
		f.b, f.short = nil, true
		return 0
	}
	return n
}

func (f *frame) text() string {
	n := f.count(1)
	s := string(f.b[:n])
	f.b = f.b[n:]
	return s
}

func (f *frame) capture() string {
	i := f.int()
	if i < 0 || i >= len(captures) {
		f.short = true
		return ""
	}
	return captures[i]
}

func (f *frame) end() error {
	if f.short || len(f.b) > 0 {
		return errSpoilt
	}
	return nil
}

func (f *frame) writeTo(w io.Writer) error {
	if len(f.b) > maxFrame {
		return fmt.Errorf("a message of %d bytes is longer than %d", len(f.b), maxFrame)
	}
	_, err := w.Write(append(binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(f.b)), uint32(len(f.b))), f.b...))
	return err
}

func readFrame(r *bufio.Reader) (frame, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > maxFrame {
		return frame{}, errSpoilt
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return frame{b: b}, err
}
