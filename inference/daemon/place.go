package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Place is where the daemon of one build of gloss is found.
type Place struct {
	// Dir holds the sockets of all builds. It belongs to the user alone.
	Dir string
	// Build tells builds apart, in letters and digits: what two of them say to
	// each other need not be the same.
	Build string
}

// prefix and suffix are around a build in the name of its socket.
const prefix, suffix = "daemon-", ".sock"

func (p Place) socket() string { return filepath.Join(p.Dir, prefix+p.Build+suffix) }

func (p Place) hasSocket() bool {
	_, err := os.Lstat(p.socket())
	return err == nil
}

// lock is the file that the one daemon of a build holds locked.
func (p Place) lock() string { return filepath.Join(p.Dir, prefix+p.Build+".lock") }

// starting is the file that whoever starts a daemon holds locked meanwhile.
func (p Place) starting() string { return filepath.Join(p.Dir, prefix+p.Build+".starting") }

// Log is the file to which a daemon that a client has started writes.
func (p Place) Log() string { return filepath.Join(p.Dir, prefix+p.Build+".log") }

// lastLog is that of the daemon before.
func (p Place) lastLog() string { return filepath.Join(p.Dir, prefix+p.Build+".last.log") }

// maxSocket is the longest path of a socket that all systems allow.
const maxSocket = 103

// FindDir returns the folder for sockets: gloss in runtime, the user's folder for
// such things, or where there is none, one of the user's own in temp.
func FindDir(runtime, temp string) (string, error) {
	if info, err := os.Stat(runtime); runtime != "" && err == nil && info.IsDir() {
		return filepath.Join(runtime, "gloss"), nil
	}
	if !filepath.IsAbs(temp) {
		return "", fmt.Errorf("no folder for the daemon's socket: %s does not exist, and the folder for temporary files is %q; set XDG_RUNTIME_DIR to a folder of yours", runtime, temp)
	}
	return filepath.Join(temp, fmt.Sprintf("gloss-%d", os.Getuid())), nil
}

// prepare makes the folder unless it is there, and refuses one that others could
// have made or could change.
func (p Place) prepare() error {
	if n := len(p.socket()); n > maxSocket {
		return fmt.Errorf("the path of the daemon's socket has %d bytes, and %d are allowed: %s; set XDG_RUNTIME_DIR to a shorter folder", n, maxSocket, p.socket())
	}
	if err := os.Mkdir(p.Dir, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("make the folder for the daemon's socket: %w", err)
	}
	return p.check()
}

// check refuses a folder that is not the user's alone.
func (p Place) check() error {
	info, err := os.Lstat(p.Dir)
	switch {
	case err != nil:
		return fmt.Errorf("the folder for the daemon's socket: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%s is to be the folder for the daemon's socket and is none; remove it", p.Dir)
	case !ownedByUser(info):
		return fmt.Errorf("%s, the folder for the daemon's socket, belongs to somebody else; remove it, or set XDG_RUNTIME_DIR to a folder of yours", p.Dir)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("others may use %s, the folder for the daemon's socket (%s); run: chmod 700 %s", p.Dir, info.Mode().Perm(), p.Dir)
	}
	return nil
}

// Builds lists the places in dir where a daemon may be found.
func Builds(dir string) ([]Place, error) {
	if (Place{Dir: dir}).check() != nil {
		return nil, nil // nobody has made it, or nothing in there is to be trusted
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var places []Place
	for _, e := range entries {
		if build, ok := strings.CutPrefix(e.Name(), prefix); ok {
			if build, ok = strings.CutSuffix(build, suffix); ok {
				places = append(places, Place{dir, build})
			}
		}
	}
	return places, nil
}
