package models

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// What is read of a model, which may be anybody's. A folder can hold files that
// never end, or that claim terabytes and hold nothing.
const (
	// maxConfig bounds the files that say in some lines what a model is.
	maxConfig = 1 << 20
	// maxJSON bounds the other JSON files. The largest seen in the wild is a
	// tokenizer.json of about 20 MiB.
	maxJSON = 64 << 20
	// maxGraph bounds an ONNX file: protocol buffers end there.
	maxGraph = 2 << 30
	// maxModel bounds all of a model's files together. What is larger does not
	// summarize a function in a moment on anybody's CPU.
	maxModel = 8 << 30
)

// mostOf is the size that a model's file of that name may have.
func mostOf(name string) int64 {
	switch {
	case name == "config.json", name == "generation_config.json", name == "gloss.json", name == "chat_template.jinja":
		return maxConfig
	case path.Ext(name) == ".json":
		return maxJSON
	case path.Ext(name) == ".onnx":
		return maxGraph
	}
	return maxModel
}

// openFile opens one of the model's files, unless it is none or too large.
func (m *Model) openFile(name string) (fs.File, int64, error) {
	f, err := m.files.Open(name)
	if err != nil {
		return nil, 0, fmt.Errorf("model %s: %w", m, err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = fmt.Errorf("model %s: %w", m, err)
	case info.Size() > mostOf(name):
		err = fmt.Errorf("model %s: %s has %s; gloss takes at most %s", m, name, megabytes(info.Size()), megabytes(mostOf(name)))
	default:
		return f, info.Size(), nil
	}
	return nil, 0, errors.Join(err, f.Close())
}

// ReadFile returns the content of one of the model's small files.
func (m *Model) ReadFile(name string) ([]byte, error) {
	f, _, err := m.openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("model %s: read %s: %w", m, name, err)
	}
	return b, nil
}

// eachFile gives the model's files of those names to read, as far as they
// exist, once it is known that they are not too large. Reading ends with ctx.
func (m *Model) eachFile(ctx context.Context, names []string, read func(name string, r io.Reader) error) error {
	sum := int64(0)
	err := m.openEach(names, func(name string, _ io.Reader, size int64) error {
		if sum += size; sum > maxModel {
			return fmt.Errorf("model %s: with %s its files have %s; gloss takes at most %s", m, name, megabytes(sum), megabytes(maxModel))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return m.openEach(names, func(name string, r io.Reader, _ int64) error {
		if err := read(name, interruptible{ctx, r}); err != nil {
			return fmt.Errorf("model %s: %s: %w", m, name, err)
		}
		return nil
	})
}

func (m *Model) openEach(names []string, visit func(name string, r io.Reader, size int64) error) error {
	for _, name := range names {
		f, size, err := m.openFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		err = visit(name, f, size)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// interruptible is a reader whose reading ends with ctx.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (r interruptible) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}

// copyFile copies a file to one that does not exist.
func copyFile(ctx context.Context, from, to string) error {
	in, err := untrusted.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return writeNew(to, interruptible{ctx, in})
}

// writeNew writes what r gives to a file that does not exist.
func writeNew(path string, r io.Reader) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return noRoom(path, err)
	}
	_, err = io.Copy(out, r)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(noRoom(path, err), removeIfThere(path))
	}
	return nil
}
