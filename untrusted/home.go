package untrusted

import (
	"fmt"
	"os"
	"path/filepath"
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
