package main

import (
	"path"
	"regexp"
	"strings"
)

// testName matches the names by which the languages' own tools and habits know a
// file of tests, without its extension.
var testName = regexp.MustCompile(`(?:^test_.|^conftest$|[_.]test$|[_.]spec$|_unittest$|[a-z0-9](?:Tests?|Spec|Suite|TestCase)$)`)

// isTestFile reports whether a path below the top is of a file that holds tests,
// or of a folder that holds nothing else.
func isTestFile(name string, isDir bool) bool {
	base := path.Base(name)
	if isDir {
		switch base {
		case "test", "tests", "__tests__", "spec", "specs", "testdata":
			return true
		}
		return false
	}
	ext := path.Ext(base)
	return ext == ".bats" || testName.MatchString(strings.TrimSuffix(base, ext))
}
