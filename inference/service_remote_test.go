package inference

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gloss-lsp/gloss/inference/cache/team"
	"github.com/gloss-lsp/gloss/inference/remote"
)

// As many functions as the user allows are asked about at a time, what is hovered
// over besides; what comes of them is kept, with no confidence claimed.
func TestServiceOfServers(t *testing.T) {
	const allowed = 3
	asked, release := make(chan struct{}, 2*allowed), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-release
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"choices":[{"message":{"content":"Returns the sum of its numbers."},"finish_reason":"stop"}]}`)
	}))
	defer s.Close()
	c := Config{Remote: &remote.Options{Endpoints: []string{s.URL}, Model: "m", Concurrency: allowed}}
	service, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	function := func(i int) Function {
		return Function{Language: "go", Name: "sum", Code: fmt.Sprintf("func sum%d() {}", i)}
	}
	var group sync.WaitGroup
	ask := func(i int, p Priority) {
		group.Go(func() {
			summary, err := service.Wait(t.Context(), function(i), p)
			if err != nil || summary.Text != "Returns the sum of its numbers." || summary.Model != "m" || summary.Confidence != 0 {
				t.Errorf("function %d: %+v, %v", i, summary, err)
			}
		})
	}
	for i := range allowed + 1 {
		ask(i, Background)
	}
	for range allowed {
		<-asked
	}
	ask(allowed+1, Hover)
	<-asked
	if len(asked) > 0 {
		t.Error("more are asked about than the user allows")
	}
	close(release)
	group.Wait()
	if again, err := service.Wait(t.Context(), function(0), Background); err != nil || !again.Cached {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// A server on this machine is another one on a colleague's, where the same name
// may stand for another model: what it writes is not the team's.
func TestServersOfOneMachineAreNotTheTeams(t *testing.T) {
	t.Setenv("TEAM_KEY", strings.Repeat("k", 32))
	shared := CacheConfig{Team: team.Options{URL: "unix:///nowhere", KeyEnv: "TEAM_KEY"}}
	for _, test := range []struct {
		endpoints []string
		shared    bool
	}{
		{[]string{"https://models.example.com/v1"}, true},
		{[]string{"http://localhost:8000/v1"}, false},
		{[]string{"http://[::1]:8000"}, false},
		{[]string{"https://models.example.com/v1", "http://127.0.0.2"}, false},
	} {
		var told []error
		s, err := Open(t.Context(), Config{
			Remote: &remote.Options{Endpoints: test.endpoints, Model: "m"},
			Cache:  shared,
			Warn:   func(err error) { told = append(told, err) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if (s.team != nil) != test.shared || (len(told) == 0) != test.shared {
			t.Errorf("%q: shared: %t, told %q", test.endpoints, s.team != nil, told)
		}
		s.Close()
	}
}
