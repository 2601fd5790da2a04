package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"
)

const (
	// maxMessage bounds one message of the client.
	maxMessage = 64 << 20
	// maxHeader bounds the header of one message.
	maxHeader = 4 << 10
	// maxUnsent bounds what waits for a client that does not read.
	MaxUnsent = 64 << 20
	// DrainTime is how long a closed stream goes on sending what it has.
	DrainTime = 400 * time.Millisecond
)

// stream is the LSP base protocol over a byte connection. It differs from
// jsonrpc2's own in three ways that a long-lived server needs: its reader and
// writer are loops of their own, so that neither a client that does not read
// nor an unclosable stdin blocks the server; memory is bounded; and a message
// that is not JSON-RPC is answered with a parse error instead of ending it.
type stream struct {
	rwc    io.ReadWriteCloser
	log    *zap.Logger
	ending func(error) // called when nothing more can be read, or written

	frames chan []byte   // from the reader; closed when it ends
	ended  error         // why, valid once frames is closed
	closed chan struct{} // closed by Close

	mu     sync.Mutex
	unsent bytes.Buffer
	broken error         // why nothing can be sent any more
	wake   chan struct{} // has room for one; something changed for the writer
	done   chan struct{} // the writer has ended

	closing sync.Once
}

var _ jsonrpc2.Stream = (*stream)(nil)

func newStream(rwc io.ReadWriteCloser, log *zap.Logger, ending func(error)) *stream {
	s := &stream{
		rwc:    rwc,
		log:    log,
		ending: ending,
		frames: make(chan []byte),
		closed: make(chan struct{}),
		wake:   make(chan struct{}, 1),
		done:   make(chan struct{}),
	}
	go s.readLoop()
	go s.writeLoop()
	return s
}

// Read returns the next message. It returns io.EOF when the client has closed
// the connection between two messages. After an error it has called ending.
func (s *stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	m, n, err := s.next(ctx)
	if err != nil {
		s.ending(err)
	}
	return m, n, err
}

func (s *stream) next(ctx context.Context) (jsonrpc2.Message, int64, error) {
	for {
		var frame []byte
		var open bool
		select {
		case frame, open = <-s.frames:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		case <-s.closed:
			return nil, 0, io.EOF
		}
		if !open {
			return nil, 0, s.ended
		}
		m, err := jsonrpc2.DecodeMessage(frame)
		if err == nil {
			return m, int64(len(frame)), nil
		}
		s.log.Warn("the client sent something that is no JSON-RPC message", zap.Error(err), zap.String("kind", kindOf(frame)), zap.Int("bytes", len(frame)))
		answer := jsonrpc2.NewResponse(idOf(frame), nil, jsonrpc2.NewError(codeOf(frame), "not a JSON-RPC message: "+err.Error()))
		if _, err := s.Write(ctx, answer); err != nil {
			return nil, 0, err
		}
	}
}

// idOf finds the id in what is otherwise no message, so that a client that
// waits for its answer gets one. One that JSON-RPC does not know, a fraction or
// a number beyond 64 bits, is none: rounded it would be another request's.
func idOf(frame []byte) jsonrpc2.ID {
	var m struct {
		ID json.RawMessage `json:"id"`
	}
	var text *string
	if json.Unmarshal(frame, &m) != nil {
		return jsonrpc2.ID{}
	}
	if number, err := strconv.ParseInt(string(m.ID), 10, 64); err == nil {
		return jsonrpc2.NewNumberID(number)
	}
	if json.Unmarshal(m.ID, &text) == nil && text != nil {
		return jsonrpc2.NewStringID(*text)
	}
	return jsonrpc2.ID{}
}

// kindOf says what a frame is without quoting it: there may be source code in
// it, which no log may show.
func kindOf(frame []byte) string {
	switch {
	case !json.Valid(frame):
		return "not JSON"
	case bytes.TrimLeft(frame, " \t\r\n")[0] == '[':
		return "a batch"
	case bytes.TrimLeft(frame, " \t\r\n")[0] == '{':
		return "an object that is no message"
	}
	return "a value that is no object"
}

// codeOf tells JSON that is no message, a batch for instance, from bytes that
// are no JSON.
func codeOf(frame []byte) jsonrpc2.Code {
	if json.Valid(frame) {
		return jsonrpc2.InvalidRequest
	}
	return jsonrpc2.ParseError
}

func (s *stream) readLoop() {
	defer close(s.frames)
	in := bufio.NewReader(s.rwc)
	for {
		frame, err := ReadFrame(in)
		if err != nil {
			s.ended = err
			return
		}
		select {
		case s.frames <- frame:
		case <-s.closed:
			s.ended = io.EOF
			return
		}
	}
}

// ReadFrame reads the header and the body of one message. Where a header
// cannot be understood the start of the next message cannot be found either,
// so that every error ends the connection.
func ReadFrame(in *bufio.Reader) ([]byte, error) {
	length, read := -1, 0
	for {
		line, err := in.ReadSlice('\n')
		read += len(line)
		switch {
		case errors.Is(err, io.EOF) && read == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case errors.Is(err, bufio.ErrBufferFull) || read > maxHeader:
			return nil, fmt.Errorf("the header of a message is longer than %d bytes; is this an LSP client?", maxHeader)
		case err != nil:
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			// Not quoted: after a wrong length it is part of a message.
			return nil, fmt.Errorf("a line of %d bytes stands where a message's header should say \"Content-Length: N\"; was the length of the message before it right?", len(line))
		}
		if bytes.EqualFold(bytes.TrimSpace(name), []byte("Content-Length")) {
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
			if err != nil || length < 0 || length > maxMessage {
				return nil, fmt.Errorf("a message's Content-Length is no number between 0 and %d", maxMessage)
			}
		}
	}
	if length < 0 {
		return nil, errors.New("a message's header has no Content-Length")
	}
	// What is announced need not come, so the memory grows with what does.
	var body bytes.Buffer
	if _, err := io.CopyN(&body, in, int64(length)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return body.Bytes(), nil
}

// Write queues m. It never waits for the client. It fails once the connection
// is broken, closed, or the client has left too much unread.
func (s *stream) Write(_ context.Context, m jsonrpc2.Message) (int64, error) {
	body, err := jsonrpc2.EncodeMessage(m)
	if err != nil {
		return 0, err
	}
	if err := s.queue(body); err != nil {
		s.fail(err)
		return 0, err
	}
	s.poke()
	return int64(len(body)), nil
}

func (s *stream) queue(body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.broken != nil:
		return s.broken
	case s.unsent.Len()+len(body) > MaxUnsent:
		return fmt.Errorf("the client has left %d MiB unread", MaxUnsent>>20)
	}
	fmt.Fprintf(&s.unsent, "Content-Length: %d\r\n\r\n", len(body))
	s.unsent.Write(body)
	return nil
}

func (s *stream) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *stream) writeLoop() {
	defer close(s.done)
	var sending bytes.Buffer
	for {
		s.mu.Lock()
		sending, s.unsent = s.unsent, sending
		end := s.broken != nil
		s.mu.Unlock()
		switch {
		case sending.Len() > 0:
			if _, err := sending.WriteTo(s.rwc); err != nil {
				s.fail(fmt.Errorf("%w: %w", ErrGone, err))
				return
			}
		case end:
			return
		default:
			<-s.wake
		}
		if sending.Reset(); sending.Cap() > 1<<20 {
			sending = bytes.Buffer{} // do not keep what one large answer needed
		}
	}
}

// ErrGone is the error of a stream that its client does not take.
var ErrGone = errors.New("the client is gone")

// fail makes every later Write return err. The first failure ends the session.
func (s *stream) fail(err error) {
	s.mu.Lock()
	first := s.broken == nil
	if first {
		s.broken = err
	}
	s.mu.Unlock()
	s.poke()
	if first {
		s.ending(err)
	}
}

// Close sends what is queued if the client takes it soon, and closes the
// connection.
func (s *stream) Close() error {
	var err error
	s.closing.Do(func() {
		s.fail(fmt.Errorf("%w: the connection is closed", ErrGone))
		close(s.closed)
		timer := time.NewTimer(DrainTime)
		defer timer.Stop()
		select {
		case <-s.done:
		case <-timer.C:
		}
		err = s.rwc.Close()
	})
	return err
}
