package wire

import (
	"fmt"
	"runtime"
	"strings"
)

// maxName bounds a name that is logged.
const maxName = 60

// LogName returns what a client calls a method or a language as a log may show
// it. What is no name, but may be source code in a name's place, it describes.
func LogName(s string) string {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("$/-_.+#", r)
	}
	if len(s) > maxName || strings.ContainsFunc(s, odd) {
		return fmt.Sprintf("(no name, %d bytes)", len(s))
	}
	return s
}

// LogPanic says of a panic what a log may show. Go's own messages hold numbers
// and types; those of others may quote anything.
func LogPanic(r any) string {
	if err, ok := r.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("a value of type %T", r)
}
