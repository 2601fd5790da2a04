package httpserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// Tokens are what clients may show. There are several while one takes the place
// of another. Only their hashes are kept.
type Tokens struct{ kept *kept[[][sha256.Size]byte] }

const (
	// leastToken is the length of a token that nobody guesses, if it is random.
	leastToken = 16
	maxTokens  = 64 << 10 // bytes of a file
)

// bearer is what may stand in the header (RFC 6750).
var bearer = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// ParseTokens reads tokens between blanks and line ends.
func ParseTokens(text string) (*Tokens, error) {
	hashes, err := hashTokens(text)
	if err != nil {
		return nil, err
	}
	return &Tokens{&kept[[][sha256.Size]byte]{value: hashes}}, nil
}

// ReadTokens reads a file with a token on each line, and lines that # begins. It
// is read anew when it has changed; where that fails the tokens before hold on.
func ReadTokens(path string, warn func(error)) (*Tokens, error) {
	k, err := keep(func() ([][sha256.Size]byte, error) {
		if err := checkSecret(path); err != nil {
			return nil, err
		}
		text, err := untrusted.Read(path, maxTokens)
		if err != nil {
			return nil, err
		}
		var lines strings.Builder
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") {
				lines.WriteString(line)
			}
		}
		hashes, err := hashTokens(lines.String())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return hashes, nil
	}, warn, path)
	if err != nil {
		return nil, err
	}
	return &Tokens{k}, nil
}

func hashTokens(text string) (hashes [][sha256.Size]byte, err error) {
	for token := range strings.FieldsSeq(text) {
		if len(token) < leastToken || !bearer.MatchString(token) {
			return nil, fmt.Errorf("token %d must have %d or more of the characters A-Z a-z 0-9 . _ ~ + / -; openssl rand -hex 32 makes one", len(hashes)+1, leastToken)
		}
		hashes = append(hashes, sha256.Sum256([]byte(token)))
	}
	if len(hashes) == 0 {
		return nil, errors.New("no token is there; openssl rand -hex 32 makes one")
	}
	return hashes, nil
}

// checkSecret refuses a file that other users can read, or others than its owner
// can write. A group may read it: that is how containers are given secrets.
func checkSecret(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o027 != 0 {
		return fmt.Errorf("%s has mode %04o, by which others can read or write it; chmod 600 mends that", path, mode)
	}
	return nil
}

// find returns the token's place among t, in a time that says nothing of how much
// of it is right.
func (t *Tokens) find(token string) (place int, ok bool) {
	hash := sha256.Sum256([]byte(token))
	for i, known := range t.kept.current() {
		if subtle.ConstantTimeCompare(hash[:], known[:]) == 1 {
			place, ok = i, true
		}
	}
	return place, ok
}
