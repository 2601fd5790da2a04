package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// trace runs a program under strace, in a network of its own that leads
// nowhere, and tells what it did that a program which keeps to itself does not.
type trace struct {
	dir     string          // where strace writes, a file for each thread
	folders []string        // in which the program may write
	runtime string          // in which it may have Unix sockets; "" for nowhere
	calls   []string        // every call, once the program has ended
	local   map[string]bool // inodes of sockets that lead to no other machine
}

// newTrace skips the test where programs cannot be traced.
func newTrace(t *testing.T, folders ...string) *trace {
	t.Helper()
	tr := &trace{dir: t.TempDir(), folders: folders}
	if out, err := tr.command("true").CombinedOutput(); err != nil {
		t.Skipf("programs cannot be traced here: %v: %s\nThis needs strace 5.3 or newer, which .ci/run installs where it can, the right to trace, and network namespaces.", err, out)
	}
	if err := os.RemoveAll(tr.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(tr.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return tr
}

// command is a program to be run once. Its environment and pipes are the
// caller's business.
func (tr *trace) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("strace", append([]string{
		"-ff", "--seccomp-bpf", "-qq", "-y", "-s", "4096", "-e", "signal=none",
		"-e", "trace=%network,%file,io_uring_setup", "-o", filepath.Join(tr.dir, "thread"), name,
	}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		own := func(id int) []syscall.SysProcIDMap {
			return []syscall.SysProcIDMap{{ContainerID: id, HostID: id, Size: 1}}
		}
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings, cmd.SysProcAttr.GidMappings = own(os.Getuid()), own(os.Getgid())
	}
	return cmd
}

// read reads what strace has written.
func (tr *trace) read(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(tr.dir, "thread.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tr.calls = append(tr.calls, strings.Split(strings.TrimSpace(string(text)), "\n")...)
	}
	if tr.runtime == "" {
		return
	}
	tr.local = map[string]bool{}
	for before := -1; before < len(tr.local); { // what a local socket accepts is local
		before = len(tr.local)
		for _, call := range tr.calls {
			if m := unixSocket.FindStringSubmatch(call); m != nil {
				tr.local[m[1]] = true
			}
			if m := accepted.FindStringSubmatch(call); m != nil && tr.local[m[1]] {
				tr.local[m[2]] = true
			}
		}
	}
}

// isLocal reports whether a call is about a Unix socket that is in the runtime
// folder where it has a name.
func (tr *trace) isLocal(name, arguments string) bool {
	if name == "socket" {
		return tr.runtime != "" && strings.HasPrefix(arguments, "AF_UNIX,")
	}
	if m := socketPath.FindStringSubmatch(arguments); m != nil && !within(m[1], tr.runtime) {
		return false
	}
	m := ofSocket.FindStringSubmatch(arguments)
	return m != nil && tr.local[m[1]]
}

// leaks returns the calls that should not be, each with the reason.
func (tr *trace) leaks() []string {
	var leaks []string
	programs := 0
	for _, call := range tr.calls {
		reason := tr.leak(call)
		if strings.HasPrefix(call, "execve(") && !itself.MatchString(call) {
			if programs++; programs > 1 { // the first is the traced one
				reason = "runs another program"
			}
		}
		if reason != "" {
			leaks = append(leaks, reason+": "+call)
		}
	}
	return leaks
}

// did reports whether a call of this name mentions the text.
func (tr *trace) did(name, text string) bool {
	return slices.ContainsFunc(tr.calls, func(call string) bool {
		return strings.HasPrefix(call, name) && strings.Contains(call, text)
	})
}

var (
	// readers are the calls on paths that change nothing.
	readers = []string{
		"access", "faccessat", "faccessat2", "stat", "lstat", "newfstatat", "fstatat64", "statx", "statfs", "readlink",
		"readlinkat", "getcwd", "chdir", "getxattr", "lgetxattr", "listxattr", "llistxattr", "execve",
	}
	// ways lead out of the process. There is no call here that closes one.
	ways = []string{
		"socket", "socketpair", "bind", "connect", "listen", "accept", "accept4", "getsockname", "getpeername",
		"sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg", "shutdown", "setsockopt", "getsockopt",
		"io_uring_setup", // by which files and sockets are used unseen
	}
	// itself is the program as it starts itself.
	itself     = regexp.MustCompile(`^execve\("/proc/self/exe", \["gloss", ("worker"|"daemon", "--started")\]`)
	unixSocket = regexp.MustCompile(`^socket\(AF_UNIX,.* = \d+<[a-zA-Z]+:\[(\d+)\]>`)
	accepted   = regexp.MustCompile(`^accept4?\(\d+<[a-zA-Z]+:\[(\d+)[^>]*>.* = \d+<[a-zA-Z]+:\[(\d+)`)
	ofSocket   = regexp.MustCompile(`^\d+<[a-zA-Z]+:\[(\d+)`)
	socketPath = regexp.MustCompile(`sun_path="((?:[^"\\]|\\.)*)"`)

	writing = regexp.MustCompile(`\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b`)
	// place is a path with the folder that it may be relative to.
	place = regexp.MustCompile(`(?:<([^>]*)>, )?"((?:[^"\\]|\\.)*)"`)
	// identities are files by which names are looked up, or machines told apart.
	identities = []string{
		"/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
		"/etc/machine-id", "/var/lib/dbus/machine-id", "/sys/class/dmi/id/product_uuid",
	}
)

// leak says why a call, as strace writes it, should not be; "" if it may.
func (tr *trace) leak(call string) string {
	name, arguments, ok := strings.Cut(call, "(")
	if !ok || strings.HasPrefix(call, "+++") {
		return ""
	}
	var paths []string
	for _, m := range place.FindAllStringSubmatch(arguments, -1) {
		path := m[2]
		if !filepath.IsAbs(path) {
			path = filepath.Join(m[1], path)
		}
		paths = append(paths, filepath.Clean(path))
	}
	isOpen := slices.Contains([]string{"open", "openat", "openat2"}, name)
	switch {
	case slices.Contains(ways, name) && tr.isLocal(name, arguments):
		return ""
	case slices.Contains(ways, name):
		return "opens a way out"
	case isOpen && !writing.MatchString(arguments), slices.Contains(readers, name):
		for _, path := range paths {
			if slices.Contains(identities, path) {
				return "looks up who or where"
			}
		}
		return ""
	}
	for _, path := range paths {
		if path != "/dev/null" && !slices.ContainsFunc(tr.folders, func(folder string) bool {
			return within(path, folder) || within(folder, path) && strings.HasPrefix(name, "mkdir")
		}) {
			return fmt.Sprintf("writes outside of %v", tr.folders)
		}
	}
	return ""
}

// The calls that ONNX Runtime 1.30 was seen to make with its telemetry on, and
// gloss's own.
func TestTraceFindsLeaks(t *testing.T) {
	tr := &trace{folders: []string{"/home/a/.cache/gloss"}}
	for call, want := range map[string]string{
		`socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 19<UDPv6:[17]>`:                                                                          "opens a way out",
		`connect(19<UNIX:[5]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)`:           "opens a way out",
		`connect(19<UDP:[18]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 ENETUNREACH (Unreachable)`: "opens a way out",
		`sendto(3<socket:[7]>, "\x00\x01", 2, MSG_NOSIGNAL, NULL, 0) = 2`:                                                                    "opens a way out",
		`io_uring_setup(8, {flags=0}) = 3<anon_inode:[io_uring]>`:                                                                            "opens a way out",
		`mkdir("/home/a/.cache/Microsoft", 0700) = 0`:                                                                                        "writes outside",
		`openat(AT_FDCWD</work>, "/tmp/mat-debug-17294.log", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 14</tmp/mat-debug-17294.log>`:                 "writes outside",
		`openat(18</home/a/.cache/Microsoft>, "deviceid.tmp.6fd2", O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 19</home/a>`:        "writes outside",
		`linkat(18</home/a/.cache/gloss>, "x", 19</home/a>, "deviceid", 0) = 0`:                                                              "writes outside",
		`renameat(AT_FDCWD</>, "/home/a/.cache/gloss/a", AT_FDCWD</>, "/home/a/.cache/gloss2/a") = 0`:                                        "writes outside",
		`mkdirat(AT_FDCWD</work>, "/home/a/.cache", 0700) = 0`:                                                                               "",
		`mkdirat(AT_FDCWD</work>, "/home/b", 0700) = 0`:                                                                                      "writes outside",
		`rmdir("/home/a/.cache") = 0`: "writes outside",
		`openat(AT_FDCWD</work>, "/home/a/.cache/gloss/../x", O_RDWR|O_CREAT, 0600) = 3</home/a/.cache/x>`:                                   "writes outside",
		`openat(AT_FDCWD</work>, "../etc/resolv.conf", O_RDONLY|O_CLOEXEC) = 19</etc/resolv.conf>`:                                           "looks up",
		`openat(AT_FDCWD</work>, "/etc/machine-id", O_RDONLY) = 15</etc/machine-id>`:                                                         "looks up",
		`openat(AT_FDCWD</work>, "/home/a/.cache/gloss/summaries.db", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = 8</home/a/.cache/gloss/s.db>`: "",
		`unlink("/home/a/.cache/gloss/summaries.db-journal") = 0`:                                                                            "",
		`mkdirat(AT_FDCWD</work>, "/home/a/.cache/gloss", 0700) = 0`:                                                                         "",
		`openat(AT_FDCWD</work>, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3</etc/ld.so.cache>`:                                              "",
		`newfstatat(AT_FDCWD</work>, "/usr/lib", {st_mode=S_IFDIR|0755, st_size=4096, ...}, 0) = 0`:                                          "",
		`+++ exited with 0 +++`: "",
	} {
		if got := tr.leak(call); got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%s: %q, want %q", call, got, want)
		}
	}
}
