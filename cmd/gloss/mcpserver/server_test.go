package mcpserver

import (
	"context"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// endless is code that is never done.
type endless struct{ began, ended chan struct{} }

func (e endless) Outline(ctx context.Context, _ string, _ OutlineOptions, _ func(done, total int)) (*Outline, error) {
	e.began <- struct{}{}
	<-ctx.Done()
	e.ended <- struct{}{}
	return nil, ctx.Err()
}

func (e endless) Summarize(context.Context, string, func([]Function) ([]int, error), func(done, total int)) (*Summaries, error) {
	return nil, nil
}

// TestCancel gives up more requests than are worked on at a time: the work on each
// ends, those that wait never begin, and the server ends with its client.
func TestCancel(t *testing.T) {
	roots, err := OpenRoots(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer roots.Close()
	code := endless{make(chan struct{}), make(chan struct{})}
	near, far := mcp.NewInMemoryTransports()
	if _, err := newServer(Options{Version: "1", Roots: roots, Code: code}).Connect(t.Context(), far, nil); err != nil {
		t.Fatal(err)
	}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), near, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	given := make(chan error)
	const requests = 2 * atATime
	for range requests {
		go func() {
			_, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "outline"})
			given <- err
		}()
	}
	for range atATime {
		<-code.began
	}
	cancel()
	for range requests {
		if err := <-given; err == nil {
			t.Error("an endless request was answered")
		}
	}
	for ended := 0; ended < atATime; {
		select {
		case <-code.ended:
			ended++
		case <-code.began: // it had its turn before it was given up
			ended--
		}
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
}
