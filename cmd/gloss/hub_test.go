package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/models"
)

// hubModel is the folder of the model that the hub of these tests has: the
// shipped one, as it is small and real.
const hubModel = "GLOSS_TEST_HUB_MODEL"

// hubCatalog is the catalog of the program under test: that model, twice.
func hubCatalog() []models.Entry {
	dir := os.Getenv(hubModel)
	e := models.Entry{
		Name: "tiny", Source: models.Source{Repo: "org/tiny", Revision: strings.Repeat("c0ffee", 7)[:40]},
		Licence: "Apache-2.0", About: "a model for tests",
		Description: models.Description{
			Prompt: models.Prompt{Form: "code", Version: 1}, MaxInputTokens: 192, MaxOutputTokens: 32,
			Graph: "onnx/model_quantized.onnx",
		},
	}
	for _, file := range []string{"config.json", "generation_config.json", "tokenizer.json", e.Description.Graph} {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(b)
		e.Files = append(e.Files, models.File{Path: file, Size: int64(len(b)), SHA256: hex.EncodeToString(sum[:])})
	}
	other := e
	other.Name = "other"
	return []models.Entry{e, other}
}

// newHubServer serves the model. The first part of the path says how: good,
// wrong (bytes), or anything else for 404.
func newHubServer(t testing.TB, dir string) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		how, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		repo, file, ok := strings.Cut(rest, "/resolve/"+strings.Repeat("c0ffee", 7)[:40]+"/")
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path.Clean("/"+file))))
		if err != nil || !ok || repo != "org/tiny" || how != "good" && how != "wrong" {
			http.NotFound(w, r)
			return
		}
		if how == "wrong" && path.Ext(file) == ".onnx" {
			b[len(b)/2]++
		}
		http.ServeContent(w, r, path.Base(file), time.Time{}, bytes.NewReader(b))
	}))
	t.Cleanup(server.Close)
	return server
}
