package team

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// soon bounds a wait for what must happen, against a hang.
const soon = 20 * time.Second

func key(name string) cache.Key { return sha256.Sum256([]byte(name)) }

func entry(text string) cache.Entry {
	return cache.Entry{Text: text, Model: "default", Source: "model", Confidence: 0.75, Created: time.Unix(1_700_000_000, 0)}
}

// programs are the servers that can be had here.
func programs(t testing.TB) []string {
	var found []string
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		t.Skip("neither redis-server nor valkey-server is installed; on Debian: apt-get install redis-server")
	}
	return found
}

// running is a server that a test has started.
type running struct {
	process *exec.Cmd
	socket  string
	admin   *redis.Client
}

// start starts the first server that there is, on a socket of its own, and waits
// until it answers.
func start(t testing.TB, args ...string) *running {
	t.Helper()
	return startProgram(t, programs(t)[0], args...)
}

func startProgram(t testing.TB, program string, args ...string) *running {
	t.Helper()
	dir, err := os.MkdirTemp("", "gloss-team") // shorter than t.TempDir, for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	r := &running{socket: filepath.Join(dir, "s")}
	r.run(t, program, dir, args)
	t.Cleanup(r.stop)
	return r
}

func (r *running) run(t testing.TB, program, dir string, args []string) {
	t.Helper()
	args = append([]string{"--port", "0", "--unixsocket", r.socket, "--save", "", "--appendonly", "no", "--dir", dir, "--logfile", filepath.Join(dir, "log")}, args...)
	r.process = exec.Command(program, args...)
	if err := r.process.Start(); err != nil {
		t.Fatal(err)
	}
	r.admin = redis.NewClient(&redis.Options{Network: "unix", Addr: r.socket})
	until(t, "the server answers", func() bool { return r.admin.Ping(t.Context()).Err() == nil })
}

// stop ends the server; it may be called twice.
func (r *running) stop() {
	_ = r.process.Process.Kill()
	_ = r.process.Wait()
	_ = r.admin.Close()
}

func (r *running) url() string { return "unix://" + r.socket }

func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(soon); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in %s it did not come about that %s", soon, what)
		}
	}
}

// member is a machine of the team, with what it was warned of.
type member struct {
	*Team
	t    testing.TB
	mu   sync.Mutex
	said []string
}

const aSecret = "KwVI8XtVTAZ8sY3mO2y1c7S0K4o1n1lD0m4W8j6vQ2E="

// join opens a Team with a generous timeout, so that a loaded machine is no slow
// server.
func join(t testing.TB, url string, change func(*Options)) *member {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(aSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{URL: url, KeyFile: file, Timeout: soon}
	if change != nil {
		change(&o)
	}
	m := &member{t: t}
	var err error
	if m.Team, err = Open(o, m.warned); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func (m *member) warned(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = append(m.said, err.Error())
}

func (m *member) warnings() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.said, "\n")
}

// get asks for one key and waits as a Cache does.
func (m *member) get(name string) (cache.Entry, bool) {
	m.t.Helper()
	found := make(chan cache.Entry, 1)
	m.forget(key(name))
	m.Ahead(key(name), func(e cache.Entry) { found <- e })
	m.Await(m.t.Context(), key(name))
	select {
	case e := <-found:
		return e, true
	default:
		return cache.Entry{}, false
	}
}

// forget has a key asked for again that the server did not know.
func (t *Team) forget(key cache.Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.missed.Remove(key)
}

// put writes one entry and waits until it is written or dropped.
func (m *member) put(name, text string) {
	m.t.Helper()
	m.Put(key(name), entry(text))
	m.writers.Wait()
}

func (m *member) want(name, text string) {
	m.t.Helper()
	if got, _ := m.get(name); got.Text != text {
		m.t.Errorf("%s is %q, want %q; warnings: %s", name, got.Text, text, m.warnings())
	}
}

func (m *member) wantWarning(part string) {
	m.t.Helper()
	if said := m.warnings(); strings.Count(said, "\n") > 0 || !strings.Contains(said, part) {
		m.t.Errorf("one warning with %q is wanted; said: %q", part, said)
	}
}

func (m *member) wantNoWarning() {
	m.t.Helper()
	if said := m.warnings(); said != "" {
		m.t.Errorf("warnings: %s", said)
	}
}

func TestShares(t *testing.T) {
	for _, program := range programs(t) {
		t.Run(filepath.Base(program), func(t *testing.T) {
			r := startProgram(t, program)
			a, b := join(t, r.url(), nil), join(t, r.url(), nil)
			a.put("f", "Parses the header.")
			got, ok := b.get("f")
			if want := entry("Parses the header."); !ok || got != want {
				t.Errorf("got %+v, %v, want %+v", got, ok, want)
			}
			b.want("g", "")
			if s := b.Stats(); s.Hits != 1 || s.Misses != 1 {
				t.Errorf("%+v", s)
			}
			b.Put(key("doc"), cache.Entry{Text: "Adds.", Source: "doc", Created: time.Now()})
			b.writers.Wait()
			names := r.admin.Keys(t.Context(), "*").Val()
			if len(names) != 1 || !strings.HasPrefix(names[0], namespace) {
				t.Errorf("the server knows %q", names)
			}
			if ttl := r.admin.TTL(t.Context(), names[0]).Val(); ttl <= 0 || ttl > DefaultTTL {
				t.Errorf("it is kept for %s", ttl)
			}
			// Who reads the server learns no word.
			if v := r.admin.Get(t.Context(), names[0]).Val(); strings.Contains(v, "header") || strings.Contains(v, "default") || len(v)%block != 28 {
				t.Errorf("%d bytes: %q", len(v), v)
			}
			a.wantNoWarning()
			b.wantNoWarning()
		})
	}
}

// A document's functions go to the server together.
func TestManyAtOnce(t *testing.T) {
	r := start(t)
	a, b := join(t, r.url(), nil), join(t, r.url(), nil)
	const n = 1000
	for i := range n {
		a.Put(key(fmt.Sprint(i)), entry(fmt.Sprintf("Does %d things.", i)))
	}
	a.writers.Wait()
	before := commands(t, r.admin, "getrange")
	var mu sync.Mutex
	got := map[int]string{}
	for i := range n {
		b.Ahead(key(fmt.Sprint(i)), func(e cache.Entry) {
			mu.Lock()
			defer mu.Unlock()
			got[i] = e.Text
		})
	}
	for i := range n {
		b.Await(t.Context(), key(fmt.Sprint(i)))
	}
	mu.Lock()
	defer mu.Unlock()
	for i := range n {
		if want := fmt.Sprintf("Does %d things.", i); got[i] != want {
			t.Fatalf("%d: %q", i, got[i])
		}
	}
	if asked := commands(t, r.admin, "getrange") - before; asked != n {
		t.Errorf("%d keys were asked for", asked)
	}
	if b.server.(*redisServer).dials.Load() != 1 {
		t.Error("more than one connection")
	}
	b.wantNoWarning()
}

// commands returns how often a server was given a command.
func commands(t *testing.T, admin *redis.Client, command string) int {
	t.Helper()
	info := admin.Info(t.Context(), "commandstats").Val()
	_, after, ok := strings.Cut(info, "cmdstat_"+command+":calls=")
	n := 0
	if ok {
		_, _ = fmt.Sscan(strings.Split(after, ",")[0], &n)
	}
	return n
}

// The line of docs/team-cache.md is enough, and no more than that.
func TestACL(t *testing.T) {
	r := start(t)
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{aclMember, aclReader} {
		args := []any{"acl", "setuser"}
		for _, word := range strings.Fields(user) {
			args = append(args, strings.ReplaceAll(word, "PASSWORD", "hunter2"))
		}
		if err := r.admin.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	documented, err := os.ReadFile("../../../docs/team-cache.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{aclMember, aclReader} {
		if !strings.Contains(string(documented), "user "+user+"\n") {
			t.Errorf("docs/team-cache.md does not have: user %s", user)
		}
	}
	if err := r.admin.Do(t.Context(), "acl", "setuser", "default", "off").Err(); err != nil {
		t.Fatal(err)
	}
	as := func(user, password string) func(*Options) {
		return func(o *Options) {
			o.Username, o.PasswordFile = user, filepath.Join(t.TempDir(), "p")
			if err := os.WriteFile(o.PasswordFile, []byte(password), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	a := join(t, r.url(), as("gloss", "hunter2"))
	a.put("f", "Parses the header.")
	a.want("f", "Parses the header.")
	a.wantNoWarning()

	reader := join(t, r.url(), as("gloss-reader", "hunter2"))
	reader.want("f", "Parses the header.")
	reader.put("f", "Lies.")
	reader.wantWarning("cache.redis.readOnly")
	reader.want("f", "Parses the header.")

	stranger := join(t, r.url(), as("gloss", "wrong"))
	stranger.want("f", "")
	stranger.wantWarning("cache.redis.username and the password")
	if strings.Contains(stranger.warnings(), "wrong\"") {
		t.Errorf("the password shows: %s", stranger.warnings())
	}
	nobody := join(t, r.url(), nil)
	nobody.want("f", "")
	nobody.wantWarning("cache.redis.username and the password")

	for _, tt := range []struct {
		change func(*Options)
		err    string
	}{
		{as("gloss", "hunter2"), ""},
		{as("gloss-reader", "hunter2"), "docs/team-cache.md"},
		{func(o *Options) { as("gloss-reader", "hunter2")(o); o.ReadOnly = true }, ""},
		{as("gloss", "wrong"), "WRONGPASS"},
	} {
		o := Options{URL: r.url(), KeyFile: a.keyFile(t)}
		tt.change(&o)
		report, err := Probe(t.Context(), o)
		if tt.err == "" && (err != nil || report.Place != r.socket || report.Latency <= 0 || report.Open) || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("Probe = %+v, %v; want %q", report, err, tt.err)
		}
	}
}

const (
	aclMember = "gloss on >PASSWORD resetchannels -@all +getrange +set +select ~gloss:*"
	aclReader = "gloss-reader on >PASSWORD resetchannels -@all +getrange +select ~gloss:*"
)

func (m *member) keyFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(aSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// What stands under the names is anybody's who can write to the server.
func TestValuesOfOthers(t *testing.T) {
	r := start(t)
	a := join(t, r.url(), nil)
	a.put("f", "Deletes nothing.")
	a.put("g", "Adds two numbers.")
	ctx := context.Background()
	name := func(n string) string { return a.sealer.name(key(n)) }
	sealed := r.admin.Get(ctx, name("f")).Val()
	other, err := newSealer([]byte(strings.Repeat("another team's ", 4)))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.seal(key("g"), entry("Lies."))
	if err != nil {
		t.Fatal(err)
	}
	own := func(e cache.Entry) string {
		v, err := a.sealer.seal(key("g"), e)
		if err != nil {
			t.Fatal(err)
		}
		return string(v)
	}
	bidi, long, sure, doc := entry("Adds \u202egnihton."), entry(strings.Repeat("a", 1500)), entry("Adds."), entry("Adds.")
	doc.Source = "doc"
	sure.Confidence = 7
	for _, tt := range []struct {
		what, value, warning string
	}{
		{"another function's value", sealed, "or stands under another name"},
		{"one bit", sealed[:40] + string(sealed[40]^1) + sealed[41:], "team's key"},
		{"cut", sealed[:20], "team's key"},
		{"clear text", `{"t":"Lies.","c":1}`, "team's key"},
		{"another team's key", string(foreign), "team's key"},
		{"huge", strings.Repeat("x", 64<<20), "more than"},
		{"a member's bidi", own(bidi), "not one line of plain text"},
		{"a member's long text", own(long), "not one line of plain text"},
		{"a member's source", own(doc), `source "doc"`},
		{"a member's confidence", own(sure), "confidence is 7"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			if err := r.admin.Set(ctx, name("g"), tt.value, 0).Err(); err != nil {
				t.Fatal(err)
			}
			b := join(t, r.url(), nil)
			b.want("g", "")
			b.want("g", "") // and warned of once
			b.wantWarning(tt.warning)
			b.want("f", "Deletes nothing.") // nothing else is the worse for it
			if s := b.Stats(); s.Refused != 2 || s.Hits != 1 || s.Failures != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
	t.Run("another type", func(t *testing.T) {
		r.admin.Del(ctx, name("g"))
		if err := r.admin.LPush(ctx, name("g"), "x").Err(); err != nil {
			t.Fatal(err)
		}
		b := join(t, r.url(), nil)
		b.want("g", "")
		b.wantWarning("none that gloss writes")
		b.want("f", "Deletes nothing.")
		b.put("g", "Adds two numbers.") // SET takes its place
		b.want("g", "Adds two numbers.")
	})
	t.Run("a team with another key", func(t *testing.T) {
		t.Setenv("OTHER", strings.Repeat("another team's ", 4))
		b := join(t, r.url(), func(o *Options) { o.KeyFile, o.KeyEnv = "", "OTHER" })
		b.want("f", "")
		b.put("f", "Something else.")
		b.want("f", "Something else.")
		a.want("f", "Deletes nothing.")
		b.wantNoWarning()
	})
}

func TestServerRefusesWrites(t *testing.T) {
	r := start(t)
	primary := join(t, r.url(), nil)
	primary.put("f", "Parses the header.")
	for _, tt := range []struct {
		what, name, value, back, warning string
	}{
		{"full", "maxmemory", "1", "0", "allkeys-lru"},
		{"replica", "replicaof", "127.0.0.1 1", "no one", "name the primary"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			set := func(value string) {
				args := []any{"config", "set", tt.name, value}
				if tt.name == "replicaof" {
					args = []any{tt.name}
					for _, w := range strings.Fields(value) {
						args = append(args, w)
					}
				}
				if err := r.admin.Do(t.Context(), args...).Err(); err != nil {
					t.Fatal(err)
				}
			}
			set(tt.value)
			defer set(tt.back)
			m := join(t, r.url(), nil)
			m.put("g", "Adds.")
			m.put("h", "Subtracts.")
			m.wantWarning(tt.warning)
			m.want("f", "Parses the header.") // reading goes on
			if s := m.Stats(); s.Dropped != 2 || s.Failures != 1 || s.Written != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestServerDiesAndComesBack(t *testing.T) {
	r := start(t)
	m := join(t, r.url(), nil)
	m.put("f", "Parses the header.")
	m.want("f", "Parses the header.")
	program := r.process.Path
	r.stop()
	m.want("f", "")
	m.wantWarning("until it can be reached")
	if s := m.Stats(); s.Failures != 1 {
		t.Errorf("%+v", s)
	}
	m.want("f", "") // which asks nothing: the server is left alone
	if s := m.Stats(); s.Failures != 1 {
		t.Errorf("%+v", s)
	}
	_ = os.Remove(r.socket)
	r.run(t, program, filepath.Dir(r.socket), nil)
	m.endPauses()
	m.put("f", "Parses the header again.")
	m.want("f", "Parses the header again.")
}

// endPauses is what time does.
func (t *Team) endPauses() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reads.until, t.refuses.until = time.Time{}, time.Time{}
}

// stalling is a way to a server that can stop carrying what it says.
type stalling struct {
	net.Listener
	mu      sync.Mutex
	stalled chan struct{} // closed when answers go on, nil while they do
}

func stall(t *testing.T, to string) *stalling {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p := &stalling{Listener: l}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", to)
			if err != nil {
				client.Close()
				continue
			}
			go p.carry(server, client, false)
			go p.carry(client, server, true)
		}
	}()
	return p
}

func (p *stalling) carry(to, from net.Conn, answers bool) {
	defer to.Close()
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		wait := p.stalled
		p.mu.Unlock()
		if !answers && wait != nil {
			<-wait
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// A server that stalls costs one wait, and what comes late is kept.
func TestServerStalls(t *testing.T) {
	r := start(t)
	p := stall(t, r.socket)
	m := join(t, "redis://"+p.Addr().String(), nil)
	m.put("f", "Parses the header.")
	m.want("f", "Parses the header.")

	goOn := make(chan struct{})
	p.mu.Lock()
	p.stalled = goOn
	p.mu.Unlock()
	found := make(chan string, 1)
	m.timeout = time.Millisecond
	m.Ahead(key("f"), func(e cache.Entry) { found <- e.Text })
	m.Await(t.Context(), key("f"))
	m.timeout = time.Hour // nobody else waits for this request, nor for those behind it
	m.Await(t.Context(), key("f"))
	m.Ahead(key("g"), func(cache.Entry) {})
	m.Await(t.Context(), key("g"))
	m.timeout = time.Millisecond
	close(goOn)
	select {
	case text := <-found:
		if text != "Parses the header." {
			t.Error(text)
		}
	case <-time.After(soon):
		t.Fatal("what came late was lost")
	}
	until(t, "it is found slow", func() bool { return m.Stats().Failures > 0 })
	m.wantWarning("raise cache.redis.timeout")
}

// A server that talks nonsense, at length, ends the connection and nothing else.
func TestProtocolGarbage(t *testing.T) {
	for what, says := range map[string]string{
		"no line end":   strings.Repeat("+", 1<<20),
		"huge string":   "$1000000000\r\n",
		"huge array":    "*1000000000\r\n",
		"deep":          strings.Repeat("*1\r\n", 1<<18),
		"negative":      "$-5\r\n",
		"http":          "HTTP/1.1 400 Bad Request\r\n\r\n",
		"nothing known": "?\r\n",
		"no number":     "$x\r\n",
		"empty lines":   strings.Repeat("\r\n", 1<<18),
		"attributes":    "|1\r\n+a\r\n+b\r\n",
		"an odd answer": strings.Repeat(":1\r\n", 1<<10),
		"":              "",
	} {
		t.Run(what, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						b := make([]byte, 4096)
						_, _ = conn.Read(b)
						_, _ = conn.Write([]byte(says))
					}()
				}
			}()
			m := join(t, "redis://"+l.Addr().String(), nil)
			m.want("f", "")
			m.put("f", "Parses.")
			if s := m.Stats(); s.Hits != 0 || s.Written != 0 || s.Failures == 0 {
				t.Errorf("%+v", s)
			}
			if m.warnings() == "" {
				t.Error("nobody was told")
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	m := join(t, "unix:///nowhere/socket", nil)
	m.want("f", "")
	m.wantWarning("check cache.redis.url")
	start := time.Now()
	m.put("f", "Parses.")
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > soon {
		t.Errorf("Close took %s", took)
	}
	m.Put(key("f"), entry("Parses.")) // after the end
	m.want("f", "")
	if _, err := Probe(t.Context(), Options{URL: "unix:///nowhere/socket", KeyFile: m.keyFile(t)}); err == nil || errors.Is(err, errProtocol) {
		t.Errorf("%v", err)
	}
}
