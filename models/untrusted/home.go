package untrusted

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// UserFolder returns dir, which package xdg has made of the variable or of the
// user's home, if one of them is absolute. A relative one would lead into the
// working directory, which an editor sets to the workspace; none at all, to the
// root of the disk.
func UserFolder(dir, variable string) (string, error) {
	home, err := os.UserHomeDir()
	if filepath.IsAbs(dir) && (filepath.IsAbs(os.Getenv(variable)) || err == nil && filepath.IsAbs(home)) {
		return dir, nil
	}
	return "", fmt.Errorf("the user has no home folder (HOME is %.100q): set HOME or %s to an absolute path", os.Getenv("HOME"), variable)
}

// ExpandHome returns path with the user's home in the place of a ~ at its
// beginning, which a shell would not have left there.
func ExpandHome(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err == nil && !filepath.IsAbs(home) {
		err = errors.New("the user's home is not an absolute path")
	}
	if err != nil {
		return "", fmt.Errorf("~ stands for no folder: %w", err)
	}
	return filepath.Join(home, rest), nil
}
