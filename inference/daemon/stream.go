package daemon

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.lsp.dev/jsonrpc2"
)

// maxMessage bounds the bytes of a message. It has room for the largest function:
// a whole file of 1 MiB (chunker.DefaultMaxBytes), each byte of which takes six in
// JSON at worst.
const maxMessage = 8 << 20

// errTooLong means that a message was not sent.
var errTooLong = errors.New("the function is too long for the daemon")

// stream is jsonrpc2's, which would take messages of 1 GiB, with a bound.
type stream struct {
	jsonrpc2.Stream // for writing
	in              *bufio.Reader
}

func newStream(c io.ReadWriteCloser) jsonrpc2.Stream {
	return stream{jsonrpc2.NewStream(c), bufio.NewReader(c)}
}

// Read implements jsonrpc2.Stream.
func (s stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	length := 0
	for {
		line, err := s.in.ReadSlice('\n') // a longer one is an error
		if err != nil {
			return nil, 0, err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return nil, 0, fmt.Errorf("the length of a message: %w", err)
			}
		}
	}
	if length <= 0 || length > maxMessage {
		return nil, 0, fmt.Errorf("a message of %d bytes; at most %d are taken", length, maxMessage)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(s.in, body); err != nil {
		return nil, 0, err
	}
	m, err := jsonrpc2.DecodeMessage(body)
	return m, int64(length), err
}
