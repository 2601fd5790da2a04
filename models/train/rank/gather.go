package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/rank"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/eval"
)

// entry is what a model said of a function, as a line of the file that keeps it.
type entry struct {
	Key   string     `json:"key"` // of the function, the graph and the number of detours
	Group rank.Group `json:"group"`
}

// gather asks the model about every function of which the file does not know
// what it said. The empty file is none.
func gather(ctx context.Context, writer *inference.Writer, m *models.Model, detours int, functions []eval.Function, file string) ([]rank.Group, error) {
	model, err := graphHash(m)
	if err != nil {
		return nil, err
	}
	model += fmt.Sprintf(" %d", detours)
	known, err := readEntries(file)
	if err != nil {
		return nil, err
	}
	out := json.NewEncoder(io.Discard)
	if file != "" {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		out = json.NewEncoder(f)
	}
	groups := make([]rank.Group, len(functions))
	for i, function := range functions {
		f := inference.Function{Language: function.Language, Path: function.Path, Container: function.Container, Name: function.Name, Code: function.Code}
		sum := f.Key(model, []byte(f.Path+"\x00"+f.Container))
		key := hex.EncodeToString(sum[:])
		if g, ok := known[key]; ok {
			groups[i] = g
			continue
		}
		c, err := writer.Candidates(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("line %d, %s: %w", function.Line, f.Name, err)
		}
		groups[i] = writer.Group(f, c)
		if err := out.Encode(entry{key, groups[i]}); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// readEntries reads what was kept. The last line may have been cut short.
func readEntries(file string) (map[string]rank.Group, error) {
	known := map[string]rank.Group{}
	f, err := os.Open(file)
	if file == "" || errors.Is(err, fs.ErrNotExist) {
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return known, nil
		}
		if err != nil {
			return nil, err
		}
		var e entry
		if json.Unmarshal(line, &e) == nil {
			known[e.Key] = e.Group
		}
	}
}

// graphHash stands for the model: its description may change meanwhile.
func graphHash(m *models.Model) (string, error) {
	path, data, err := m.GraphFile()
	if err != nil {
		return "", err
	}
	if data == nil {
		if data, err = os.ReadFile(path); err != nil {
			return "", err
		}
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
