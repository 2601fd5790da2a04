package remote

import (
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gloss-lsp/gloss/inference/generate"
)

// keyFile writes secretKey to a file with these permissions.
func keyFile(tb testing.TB, mode os.FileMode) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "key")
	if err := os.WriteFile(path, []byte(secretKey+"\n"), mode); err != nil {
		tb.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		tb.Fatal(err)
	}
	return path
}

// The key comes from a variable or a file of the user's alone, and goes to no
// other machine unencrypted.
func TestKey(t *testing.T) {
	t.Setenv("GLOSS_TEST_KEY", secretKey)
	t.Setenv("GLOSS_TEST_LINES", secretKey+"\nX-Header: injected")
	const here, away, secure = "http://127.0.0.1:1/v1", "http://10.1.2.3:8000/v1", "https://10.1.2.3/v1"
	private := keyFile(t, 0o600)
	for name, test := range map[string]struct {
		o       Options
		key     string
		problem string
	}{
		"none":             {Options{Endpoints: []string{away}}, "", ""},
		"a variable":       {Options{Endpoints: []string{here}, KeyEnv: "GLOSS_TEST_KEY"}, secretKey, ""},
		"a file":           {Options{Endpoints: []string{secure}, KeyFile: private}, secretKey, ""},
		"both":             {Options{Endpoints: []string{here}, KeyEnv: "GLOSS_TEST_KEY", KeyFile: private}, "", "exclude each other"},
		"an empty one":     {Options{Endpoints: []string{here}, KeyEnv: "GLOSS_TEST_NONE"}, "", "GLOSS_TEST_NONE"},
		"two lines":        {Options{Endpoints: []string{here}, KeyEnv: "GLOSS_TEST_LINES"}, "", "holds no key"},
		"unencrypted":      {Options{Endpoints: []string{secure, away}, KeyFile: private}, "", "10.1.2.3:8000 unencrypted"},
		"no file":          {Options{Endpoints: []string{here}, KeyFile: private + "x"}, "", "openai.apiKeyFile"},
		"a folder":         {Options{Endpoints: []string{here}, KeyFile: filepath.Dir(private)}, "", "not a regular file"},
		"others' to read":  {Options{Endpoints: []string{here}, KeyFile: keyFile(t, 0o640)}, "", "chmod 600"},
		"a large file":     {Options{Endpoints: []string{here}, KeyFile: os.Args[0]}, "", "openai.apiKeyFile"},
		"in the URL":       {Options{Endpoints: []string{"https://user:" + secretKey + "@example.com/v1"}}, "", "holds a password"},
		"in a broken URL":  {Options{Endpoints: []string{"https://user:" + secretKey + "@exa mple.com/v1"}}, "", "no URL"},
		"behind the path":  {Options{Endpoints: []string{"https://example.com/v1?key=" + secretKey}}, "", "behind its path"},
		"another protocol": {Options{Endpoints: []string{"file:///etc/passwd"}}, "", "no URL"},
		"no server":        {Options{}, "", "openai.endpoints"},
	} {
		if runtime.GOOS == "windows" && strings.Contains(test.problem, "chmod") {
			continue
		}
		test.o.Model = "m"
		g, err := New(test.o)
		switch {
		case test.problem != "":
			if err == nil || !strings.Contains(err.Error(), test.problem) || strings.Contains(err.Error(), secretKey) {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil || g.key != test.key:
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The key is sent to the servers that are named.
func TestKeyIsSent(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer "+secretKey {
			t.Errorf("Authorization: %q", got)
		}
		says("Adds.")(w, r)
	})
	if _, err := open(t, Options{KeyFile: keyFile(t, 0o600)}, s).Generate(t.Context(), asked(t)); err != nil {
		t.Error(err)
	}
}

// A certificate must be signed by an authority that is known; caFile adds some.
func TestTLS(t *testing.T) {
	var reached atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		says("Adds.")(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	if _, err := open(t, Options{}, s).Generate(t.Context(), asked(t)); !errors.Is(err, generate.ErrUnavailable) || reached.Load() > 0 {
		t.Errorf("an unknown authority: %v; %d requests came through", err, reached.Load())
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := open(t, Options{CAFile: ca}, s).Generate(t.Context(), asked(t)); err != nil || out.Text.Text != "Adds." {
		t.Errorf("a known one: %+v, %v", out, err)
	}
	if _, err := New(Options{Model: "m", Endpoints: []string{s.URL}, CAFile: keyFile(t, 0o600)}); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Errorf("a file without certificates: %v", err)
	}
}

// What is not encrypted takes no way but the one to the server that is named.
func TestProxy(t *testing.T) {
	var carried atomic.Int32
	thief := serve(t, func(w http.ResponseWriter, r *http.Request) { carried.Add(1) })
	t.Setenv("HTTP_PROXY", thief.URL)
	r := httptest.NewRequest(http.MethodPost, "http://10.1.2.3:8000/v1/completions", nil)
	if u, err := proxy(r); u != nil || err != nil {
		t.Errorf("http goes by way of %v, %v", u, err)
	}
}

// The identity changes with all that may change an output, and with nothing else.
func TestIdentity(t *testing.T) {
	of := func(change func(*Options)) string {
		o := Options{Model: "m", Endpoints: []string{"http://a.test:1/v1", "https://b.test/x"}}
		change(&o)
		g, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		return g.Identity()
	}
	same := of(func(*Options) {})
	for name, test := range map[string]struct {
		change func(*Options)
		same   bool
	}{
		"another model":        {func(o *Options) { o.Model = "n" }, false},
		"another API":          {func(o *Options) { o.API = Chat }, false},
		"another port":         {func(o *Options) { o.Endpoints[0] = "http://a.test:2/v1" }, false},
		"another path":         {func(o *Options) { o.Endpoints[1] = "https://b.test/y" }, false},
		"one server less":      {func(o *Options) { o.Endpoints = o.Endpoints[:1] }, false},
		"another order":        {func(o *Options) { o.Endpoints[0], o.Endpoints[1] = o.Endpoints[1], o.Endpoints[0] }, true},
		"another spelling":     {func(o *Options) { o.Endpoints[0] = " HTTP://A.test:1/ " }, true},
		"another timeout":      {func(o *Options) { o.Timeout = 1 }, true},
		"the default API":      {func(o *Options) { o.API = Auto }, true},
		"more at a time":       {func(o *Options) { o.Concurrency = 9 }, true},
		"told apart by quotes": {func(o *Options) { o.Model = `m"/"auto` }, false},
	} {
		if got := of(test.change) == same; got != test.same {
			t.Errorf("%s: the same: %v", name, got)
		}
	}
}

func TestNotice(t *testing.T) {
	for _, test := range []struct {
		endpoints []string
		want      []string
		not       string
	}{
		{[]string{"http://localhost:8000", "http://[::1]:9"}, []string{"on this machine (localhost:8000, [::1]:9)"}, "LEAVES"},
		{[]string{"http://localhost.evil.test:8000"}, []string{"LEAVES THIS MACHINE", "localhost.evil.test:8000", "unencrypted"}, "on this machine"},
		{[]string{"https://gpu.example.com/v1", "http://127.0.0.1:1"}, []string{"LEAVES THIS MACHINE", "gpu.example.com, 127.0.0.1:1"}, "unencrypted"},
	} {
		notice, err := Options{Model: "m", Endpoints: test.endpoints}.Notice()
		for _, want := range test.want {
			if err != nil || !strings.Contains(notice, want) || strings.Contains(notice, test.not) {
				t.Errorf("%q: %q, %v", test.endpoints, notice, err)
			}
		}
	}
}
