package onnx

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/adrg/xdg"
	ort "github.com/yalue/onnxruntime_go"
)

// LibraryEnv names the environment variable that holds the path of ONNX
// Runtime's shared library.
const LibraryEnv = "GLOSS_ONNXRUNTIME"

// runtimePackage is the npm package that carries the library; runtimeVersion
// is the release that gloss is tested with.
const (
	runtimePackage = "onnxruntime-node"
	runtimeVersion = "1.27.0"
)

// telemetryEnv switches the library's telemetry off when it is set before the
// library is loaded. Releases from 1.29 on have it on by default on Linux and
// macOS, where they identify the machine, write to the user's folders and
// connect to a collector. On Windows, where events go to the system's own
// tracing, ort.DisableTelemetry does it.
const telemetryEnv = "ORT_DISABLE_TELEMETRY"

// LibraryError says why ONNX Runtime cannot be used and how to mend it.
type LibraryError struct {
	Tried []string // the paths that were looked at, in order
	Err   error    // what went wrong with the last of them, nil when none exists
}

func (e *LibraryError) Error() string {
	var b strings.Builder
	if e.Err != nil {
		fmt.Fprintf(&b, "ONNX Runtime cannot be loaded: %v", e.Err)
	} else {
		b.WriteString("ONNX Runtime's shared library was not found")
	}
	b.WriteString("; tried:")
	for _, path := range e.Tried {
		b.WriteString("\n  " + path)
	}
	fmt.Fprintf(&b, "\nInstall it with\n  npm install --ignore-scripts --prefix %s %s@%s\nor name the file of an installed one (version 1.26 or later) in %s.",
		filepath.Join(xdg.DataHome, "gloss"), runtimePackage, runtimeVersion, LibraryEnv)
	return b.String()
}

func (e *LibraryError) Unwrap() error { return e.Err }

// FindLibrary returns the path of ONNX Runtime's shared library: the explicit
// one, else the one that LibraryEnv names, else the first that exists beside
// the executable, in ../lib/gloss and ../lib from there, in the user's data
// directory, and where the system's loader looks. An explicit path that does
// not exist is an error, never a reason to look further. The current directory
// plays no part: an untrusted workspace must not choose what is loaded. Errors
// are of type *LibraryError.
func FindLibrary(explicit string) (path string, err error) {
	for _, named := range []string{explicit, os.Getenv(LibraryEnv)} {
		if named == "" {
			continue
		}
		if !filepath.IsAbs(named) {
			return "", &LibraryError{Tried: []string{named}, Err: fmt.Errorf("%s is not an absolute path", named)}
		}
		if err := checkFile(named); err != nil {
			return "", &LibraryError{Tried: []string{named}, Err: err}
		}
		return named, nil
	}
	candidates := libraryCandidates()
	for _, path := range candidates {
		if checkFile(path) == nil {
			return path, nil
		}
	}
	return "", &LibraryError{Tried: candidates}
}

func checkFile(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	return err
}

func libraryCandidates() []string {
	var paths []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dir := filepath.Dir(exe)
		for _, d := range []string{dir, filepath.Join(dir, "..", "lib", "gloss"), filepath.Join(dir, "..", "lib")} {
			for _, name := range libraryNames() {
				paths = append(paths, filepath.Join(d, name))
			}
		}
	}
	npm := filepath.Join(xdg.DataHome, "gloss", "node_modules", runtimePackage, "bin", "napi-v6", nodePlatform())
	for _, name := range libraryNames() {
		paths = append(paths, filepath.Join(npm, name))
	}
	return append(paths, systemLibraries()...)
}

// libraryNames lists the file names under which the library is distributed.
func libraryNames() []string {
	switch runtime.GOOS {
	case "darwin":
		return []string{"libonnxruntime.1.dylib", "libonnxruntime.dylib", "libonnxruntime." + runtimeVersion + ".dylib"}
	case "windows":
		return []string{"onnxruntime.dll"}
	}
	return []string{"libonnxruntime.so.1", "libonnxruntime.so"}
}

// nodePlatform returns Node's names of this system and processor as a path.
func nodePlatform() string {
	system, arch := runtime.GOOS, runtime.GOARCH
	if system == "windows" {
		system = "win32"
	}
	if arch == "amd64" {
		arch = "x64"
	}
	return filepath.Join(system, arch)
}

// systemLibraries lists where the system's loader would find the library:
// LD_LIBRARY_PATH, the loader's cache, the usual directories.
func systemLibraries() []string {
	var paths []string
	add := func(dir string) {
		for _, name := range libraryNames() {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv("LD_LIBRARY_PATH")) {
		if filepath.IsAbs(dir) { // an empty or relative entry means the current directory
			add(dir)
		}
	}
	switch runtime.GOOS {
	case "darwin":
		add("/opt/homebrew/lib")
		add("/usr/local/lib")
	case "linux":
		paths = append(paths, loaderCache("/etc/ld.so.cache")...)
		add("/usr/local/lib")
		add("/usr/lib")
		add("/usr/lib64")
	}
	return paths
}

// loaderCache returns the entries of glibc's ld.so.cache for the library. The
// file ends in a table of NUL-terminated strings, paths among them.
func loaderCache(file string) []string {
	cache, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var paths []string
	for _, name := range libraryNames() {
		for entry := range bytes.SplitSeq(cache, []byte{0}) {
			if path := string(entry); filepath.IsAbs(path) && filepath.Base(path) == name {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

var loaded struct {
	sync.Mutex
	path string
}

// Initialize loads the library, which FindLibrary found, into the process.
// Calling it again with the same path does nothing; a process cannot change to
// another library. Errors in loading are of type *LibraryError.
func Initialize(library string) error {
	loaded.Lock()
	defer loaded.Unlock()
	switch {
	case loaded.path == library:
		return nil
	case loaded.path != "":
		return fmt.Errorf("ONNX Runtime is already loaded from %s; restart to load %s", loaded.path, library)
	case !filepath.IsAbs(library):
		return &LibraryError{Tried: []string{library}, Err: fmt.Errorf("%q is not an absolute path", library)}
	}
	if err := load(library); err != nil {
		return &LibraryError{Tried: []string{library}, Err: err}
	}
	loaded.path = library
	return nil
}

func load(library string) error {
	if runtime.GOOS == "linux" {
		if err := checkELF(library); err != nil {
			return err
		}
	}
	if err := os.Setenv(telemetryEnv, "1"); err != nil { // by way of C's setenv, for C's getenv to see
		return err
	}
	ort.SetSharedLibraryPath(library)
	err := ort.InitializeEnvironment(ort.WithLogLevelFatal())
	switch {
	case err == nil:
		if err := ort.DisableTelemetry(); err != nil {
			return errors.Join(fmt.Errorf("its telemetry cannot be switched off: %w", err), ort.DestroyEnvironment())
		}
		return nil
	case strings.Contains(err.Error(), "ORT API base: 2"):
		return fmt.Errorf("%s is older than version 1.26", library)
	case strings.Contains(err.Error(), "looking up OrtGetApiBase"):
		return fmt.Errorf("%s is a library, but not ONNX Runtime", library)
	}
	return err
}

// checkELF finds what the system's loader reports in riddles, or, of a file
// that was cut off, not before the process dies of a bus error.
func checkELF(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("%s is not a complete shared library: %w", path, err)
	}
	defer f.Close()
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	for _, p := range f.Progs {
		if end := p.Off + p.Filesz; end < p.Off || end > uint64(info.Size()) {
			return fmt.Errorf("%s is not a complete shared library: %d bytes of %d or more", path, info.Size(), end)
		}
	}
	machines := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
	if want, ok := machines[runtime.GOARCH]; ok && f.Machine != want {
		return fmt.Errorf("%s is built for %s, this process for %s", path, f.Machine, runtime.GOARCH)
	}
	return nil
}
