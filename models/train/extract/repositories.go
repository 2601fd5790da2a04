package main

import (
	"fmt"
	"os"
	"strings"
)

// The two sides of the corpus. A repository stands on one of them, whole and
// for ever.
const (
	train   = "train"
	heldOut = "held-out"
)

// repository is a line of repositories.tsv.
type repository struct {
	name    string // owner/name
	license string // SPDX expression
	split   string // train or heldOut
	commit  string // the commit that is read
}

// readRepositories reads the list of repositories: a header and then lines of
// owner/name, licence, split and commit, separated by tabs; what follows, the
// counts of an earlier run, is for people. Lines that begin with # are
// comments.
func readRepositories(file string) ([]repository, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []repository
	seen := map[string]bool{}
	number, header := 0, true
	for line := range strings.Lines(string(content)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if header {
			header = false
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) < 4 || strings.Count(f[0], "/") != 1 || f[1] == "" || f[2] != train && f[2] != heldOut || f[3] == "" {
			return nil, fmt.Errorf("%s:%d: want owner/name, licence, %s or %s, and commit, separated by tabs", file, number, train, heldOut)
		}
		if seen[f[0]] {
			return nil, fmt.Errorf("%s:%d: %s is listed twice", file, number, f[0])
		}
		seen[f[0]] = true
		list = append(list, repository{name: f[0], license: f[1], split: f[2], commit: f[3]})
	}
	return list, nil
}
