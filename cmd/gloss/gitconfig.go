package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/gcfg/v2"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// What is read of the user's configuration of git.
const (
	maxGitConfig   = 1 << 20 // bytes of a file
	maxGitIncludes = 10      // files that include one another
)

// userIgnorePath returns where the user's own ignore file lies: where
// core.excludesFile of the user's or the machine's configuration of git says,
// or where git looks without that on every system. A repository's configuration,
// which may be anybody's, has no say.
func userIgnorePath() (string, error) {
	home, err := os.UserHomeDir()
	if err == nil && !filepath.IsAbs(home) {
		err = fmt.Errorf("%s is not absolute", home)
	}
	folder := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(folder) {
		if err != nil {
			return "", err
		}
		folder = filepath.Join(home, ".config")
	}
	files := []string{cmp.Or(os.Getenv("GIT_CONFIG_SYSTEM"), "/etc/gitconfig"), filepath.Join(folder, "git", "config")}
	if err == nil {
		files = append(files, filepath.Join(home, ".gitconfig"))
	}
	if global, ok := os.LookupEnv("GIT_CONFIG_GLOBAL"); ok {
		files = append(files[:1], global)
	}
	excludes := filepath.Join(folder, "git", "ignore")
	for _, file := range files {
		excludes = cmp.Or(excludesFile(file, maxGitIncludes), excludes)
	}
	return excludes, nil
}

// excludesFile returns core.excludesFile of a file and of those that it
// includes, of which the last one counts, or "".
func excludesFile(file string, includes int) (excludes string) {
	b, err := untrusted.Read(file, maxGitConfig)
	if err != nil || includes == 0 {
		return ""
	}
	take := func(section, subsection, key, value string, _ bool) error {
		path, err := untrusted.ExpandHome(value)
		switch name := strings.ToLower(section + "." + key); {
		case err != nil || subsection != "" || value == "":
		case name == "core.excludesfile" && filepath.IsAbs(path):
			excludes = path
		case name == "include.path":
			excludes = cmp.Or(excludesFile(from(filepath.Dir(file), path), includes-1), excludes)
		}
		return nil
	}
	if gcfg.ReadWithCallback(bytes.NewReader(b), take) != nil {
		return "" // git refuses it as a whole
	}
	return excludes
}
