package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// selection is the small file that says which model is in use.
type selection struct {
	Model string `json:"model"`
	// Before is the model that was in use before it.
	Before string `json:"before,omitempty"`
}

// ErrNoneBefore means that there is no model to go back to.
var ErrNoneBefore = errors.New("no other model has been in use")

func (s *Store) selectionFile() string { return filepath.Join(s.Root, "in-use.json") }

// selection reads the file. Where there is none, or none that makes sense, the
// shipped model is in use.
func (s *Store) selection() selection {
	if s.homeless != nil {
		return selection{Model: Default}
	}
	b, err := untrusted.Read(s.selectionFile(), maxConfig)
	if err != nil {
		return selection{Model: Default}
	}
	return parseSelection(b)
}

// parseSelection makes the best of what the file holds.
func parseSelection(b []byte) selection {
	var sel selection
	if json.Unmarshal(b, &sel) != nil || !usable(sel.Model) {
		return selection{Model: Default}
	}
	if sel.Before == sel.Model || !usable(sel.Before) {
		sel.Before = ""
	}
	return sel
}

// usable reports whether ref can be in use: a name, or a directory wherever
// gloss is started.
func usable(ref string) bool {
	return ref == Default || CheckName(ref) == nil || filepath.IsAbs(ref)
}

// InUse names the model that is opened where none is asked for: a name, or a
// directory.
func (s *Store) InUse() string { return s.selection().Model }

// Use makes ref, a name or a directory, the model in use, if it opens. It
// returns the names of the new one and of the one before.
func (s *Store) Use(ref string) (now, before string, err error) {
	m, err := s.Open(ref)
	if err != nil {
		return "", "", err
	}
	if _, _, err := m.GraphFile(); err != nil {
		return "", "", err
	}
	ref = m.Ref()
	return s.choose(func(sel selection) (selection, error) {
		if sel.Model == ref {
			return sel, nil
		}
		return selection{Model: ref, Before: sel.Model}, nil
	})
}

// UseBefore goes back to the model that was in use before.
func (s *Store) UseBefore() (now, before string, err error) {
	return s.choose(func(sel selection) (selection, error) {
		if sel.Before == "" {
			return sel, ErrNoneBefore
		}
		if _, err := s.Open(sel.Before); err != nil {
			return sel, err
		}
		return selection{Model: sel.Before, Before: sel.Model}, nil
	})
}

// forget lets the shipped model take the place of name.
func (s *Store) forget(name string) (wasInUse bool, err error) {
	_, _, err = s.choose(func(sel selection) (selection, error) {
		if sel.Before == name {
			sel.Before = ""
		}
		if wasInUse = sel.Model == name; wasInUse {
			sel.Model = Default
		}
		if sel.Before == sel.Model {
			sel.Before = ""
		}
		return sel, nil
	})
	return wasInUse, err
}

// choose replaces the file by what change makes of it.
func (s *Store) choose(change func(selection) (selection, error)) (now, before string, err error) {
	unlock, err := s.lockNow(".in-use") // no model has such a name
	if err != nil {
		return "", "", err
	}
	defer unlock()
	old := s.selection()
	sel, err := change(old)
	if err != nil || sel == old {
		return sel.Model, sel.Before, err
	}
	b, err := json.Marshal(sel)
	if err == nil {
		err = replace(s.selectionFile(), append(b, '\n'))
	}
	if err != nil {
		return "", "", fmt.Errorf("remember the model in use: %w", err)
	}
	return sel.Model, sel.Before, nil
}

// replace writes a file so that there is the old one or the new one, whatever
// happens.
func replace(path string, b []byte) error {
	temp := path + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(noRoom(temp, err), removeIfThere(temp))
	}
	return os.Rename(temp, path)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
