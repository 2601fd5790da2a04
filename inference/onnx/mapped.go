package onnx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// mapped are the files of which ONNX Runtime has mapped parts into memory.
// Whoever shortens one in place takes pages away that the next step reads,
// which would end the process (SIGBUS); whoever overwrites one makes another
// model of it. So they are looked at before every step: a microsecond. A file
// that was removed or replaced by renaming stays what it was.
type mapped []mappedFile

type mappedFile struct {
	*os.File
	before fs.FileInfo
}

// openMapped opens the files in which p says that weights of g lie. What is no
// file is left for ONNX Runtime to refuse.
func openMapped(g Graph, p *proto) (files mapped, err error) {
	for location := range p.locations {
		path := filepath.Join(filepath.Dir(g.Path), location)
		if checkFile(path) != nil {
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the weights of %s: %w", g, err), files.close())
		}
		info, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close(), files.close())
		}
		files = append(files, mappedFile{f, info})
	}
	return files, nil
}

func (files mapped) unchanged() error {
	for _, f := range files {
		now, err := f.Stat()
		if err == nil && (now.Size() != f.before.Size() || !now.ModTime().Equal(f.before.ModTime())) {
			err = errors.New("it was written to in place")
		}
		if err != nil {
			return fmt.Errorf("the model's file %s changed while it was in use (%w); restart gloss, and replace such files by renaming others", f.Name(), err)
		}
	}
	return nil
}

func (files mapped) close() error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
