package team

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gloss-lsp/gloss/inference/cache"
)

const (
	// namespace begins every name on the server, so that one rule of an ACL
	// covers them. The number is the version of what is stored there.
	namespace = "gloss:1:"
	// minSecret is the least number of bytes in a team's key.
	minSecret = 32
	// maxValue bounds what is read from under a name. The largest entry has less.
	maxValue = 8192
	// block is what the length of a value is rounded up to: from the exact length
	// one could tell which of several known summaries it is.
	block = 128
)

// sources are those whose summaries are shared: what a model wrote, and the
// sentences of names that it was asked to better and did not.
var sources = []string{"model", "name"}

var (
	// errForged means that a value was not sealed for its name with the team's key.
	errForged = errors.New("a value was not written with the team's key, or stands under another name than it was written for")
	// errUnfit means that a value is of another type or size than those of gloss.
	errUnfit = errors.New("a value is none that gloss writes")
)

// sealer turns keys into names, and entries into values, that say nothing to
// those who do not have the team's key and that nobody else can make.
type sealer struct {
	names []byte
	aead  cipher.AEAD
}

func newSealer(secret []byte) (*sealer, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("the team's key has %d bytes and must have %d at least, of chance and not of words: openssl rand -base64 32", len(secret), minSecret)
	}
	derive := func(use string) ([]byte, error) {
		return hkdf.Key(sha256.New, secret, nil, "gloss team cache 1: "+use, 32)
	}
	names, err := derive("names")
	if err != nil {
		return nil, err
	}
	values, err := derive("values")
	if err != nil {
		return nil, err
	}
	aes, err := aes.NewCipher(values)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(aes)
	return &sealer{names, aead}, err
}

// name returns where the entry of key is on the server. It is not the key, which
// is a hash of code: who reads the server cannot look for code that he knows.
func (s *sealer) name(key cache.Key) string {
	mac := hmac.New(sha256.New, s.names)
	mac.Write(key[:])
	return namespace + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// value is what is sealed of an entry.
type value struct {
	Text       string  `json:"t"`
	Model      string  `json:"m"`
	Source     string  `json:"s"`
	Confidence float64 `json:"c"`
	Created    int64   `json:"w"`
}

// seal returns the value of e for key, which no other key opens.
func (s *sealer) seal(key cache.Key, e cache.Entry) ([]byte, error) {
	plain, err := json.Marshal(value{e.Text, e.Model, e.Source, e.Confidence, e.Created.Unix()})
	if err != nil {
		return nil, err
	}
	plain = append(plain, bytes.Repeat([]byte(" "), -len(plain)&(block-1))...)
	return s.aead.Seal(nil, nil, plain, bound(key)), nil
}

// open returns the entry that was sealed for key.
func (s *sealer) open(key cache.Key, sealed []byte) (cache.Entry, error) {
	if len(sealed) > maxValue {
		return cache.Entry{}, fmt.Errorf("%w: it has more than %d bytes", errUnfit, maxValue)
	}
	plain, err := s.aead.Open(nil, nil, sealed, bound(key))
	if err != nil {
		return cache.Entry{}, errForged
	}
	return decode(plain)
}

// bound is what a value is bound to: the version, and the key itself.
func bound(key cache.Key) []byte { return append([]byte(namespace), key[:]...) }

// decode reads what was sealed. Whoever has the team's key may have made it.
func decode(plain []byte) (cache.Entry, error) {
	var v value
	if err := json.Unmarshal(plain, &v); err != nil {
		return cache.Entry{}, fmt.Errorf("%w: %w", errUnfit, err)
	}
	if !slices.Contains(sources, v.Source) {
		return cache.Entry{}, fmt.Errorf("%w: a summary from the source %.20q", errUnfit, v.Source)
	}
	e := cache.Entry{Text: v.Text, Model: v.Model, Source: v.Source, Confidence: v.Confidence, Created: time.Unix(v.Created, 0)}
	if err := e.Check(); err != nil {
		return cache.Entry{}, fmt.Errorf("%w: %w", errUnfit, err)
	}
	return e, nil
}
