package team

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
)

const (
	maxLine       = 1024 // of a reply: an error, a length
	maxAggregates = 64   // arrays and the like in the replies to one request: the greeting has them
	maxElements   = 256  // of one of them
)

// guard bounds what a server can make go-redis allocate, which believes every
// length that it is told and reads a line to its end, wherever that is. It
// follows the replies as they are read, and ends the connection at the first one
// that gloss cannot have asked for.
type guard struct {
	net.Conn
	line       []byte // what was read of it
	body       int    // what is left of a string, with its line end
	aggregates int    // since the last request
}

// Write implements net.Conn.
func (g *guard) Write(b []byte) (int, error) {
	g.aggregates = 0
	return g.Conn.Write(b)
}

// Read implements net.Conn.
func (g *guard) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	if bad := g.follow(b[:n]); bad != nil {
		return 0, bad
	}
	return n, err
}

var errProtocol = errors.New("the server does not speak Redis's protocol as it should")

func (g *guard) follow(b []byte) error {
	for len(b) > 0 {
		if g.body > 0 {
			n := min(g.body, len(b))
			g.body -= n
			b = b[n:]
			continue
		}
		end := bytes.IndexByte(b, '\n') + 1
		n := end
		if end == 0 {
			n = len(b)
		}
		if len(g.line)+n > maxLine {
			return fmt.Errorf("%w: a line has more than %d bytes", errProtocol, maxLine)
		}
		g.line = append(g.line, b[:n]...)
		b = b[n:]
		if end == 0 {
			return nil
		}
		if err := g.reply(bytes.TrimRight(g.line, "\r\n")); err != nil {
			return err
		}
		g.line = g.line[:0]
	}
	return nil
}

// reply looks at the line that begins a reply.
func (g *guard) reply(line []byte) error {
	if len(line) == 0 {
		return fmt.Errorf("%w: an empty line", errProtocol)
	}
	kind := line[0]
	switch kind {
	case '+', '-', ':', '_', ',', '#', '(':
		return nil
	case '$', '=', '!', '*', '%', '~', '>':
	default:
		return fmt.Errorf("%w: a reply of type %q", errProtocol, kind)
	}
	n, err := strconv.Atoi(string(line[1:]))
	if err != nil || n < -1 {
		return fmt.Errorf("%w: the length %.20q", errProtocol, line[1:])
	}
	switch kind {
	case '$', '=', '!':
		if n > maxValue+1 { // one more is asked for, to see that there is more
			return fmt.Errorf("%w: a string of %d bytes", errProtocol, n)
		}
		if n >= 0 {
			g.body = n + len("\r\n")
		}
	default:
		if g.aggregates++; n > maxElements || g.aggregates > maxAggregates {
			return fmt.Errorf("%w: %d elements in array %d", errProtocol, n, g.aggregates)
		}
	}
	return nil
}
