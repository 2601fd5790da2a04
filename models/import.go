package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// ImportOptions say how a folder becomes an installed model.
type ImportOptions struct {
	// Name is what a model is called that is in no catalog; "" takes the
	// folder's name.
	Name string
	// Check decides whether such a model can be used.
	Check func(*Model) error
	// Notice is told what makes it take longer. It may be nil.
	Notice func(string)
}

// Imported is what an import has done.
type Imported struct {
	Name, Dir string
	// Known means that every file is the one that the catalog pins.
	Known bool
}

// Import copies a model from dir, a directory in Hugging Face layout, into the
// store. One with the graph of a catalog's model must be that model in every
// file, unless a name of its own is asked for; others must pass o.Check.
func (s *Store) Import(ctx context.Context, dir string, o ImportOptions) (*Imported, error) {
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	m, err := openDirectory(dir)
	if err != nil {
		return nil, err
	}
	e, problems, err := s.recognize(ctx, m.Dir, o.Name)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s has the graph of %s, but %w; bring the missing or wrong files, or import it as a model of another name with --name", dir, e.Name, errors.Join(problemErrors(problems)...))
	}
	if e != nil {
		return s.importKnown(ctx, e, m, o)
	}
	return s.importOther(ctx, m, o)
}

func problemErrors(problems []Problem) []error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errs
}

// recognize finds the entry whose graph lies in dir, and what else is not the
// entry's. A name of no entry asks for none.
func (s *Store) recognize(ctx context.Context, dir, name string) (*Entry, []Problem, error) {
	if name != "" && s.entry(name) == nil {
		return nil, nil, CheckName(name)
	}
	for i := range s.Catalog {
		e := &s.Catalog[i]
		if name != "" && name != e.Name || !e.Pullable() {
			continue
		}
		graph := e.graph()
		switch err := graph.check(ctx, join(dir, graph.Path)); {
		case err == nil:
			return e, e.problems(ctx, dir), ctx.Err()
		case name != "":
			return nil, nil, fmt.Errorf("%s is not %s: %w", dir, name, Problem{graph.Path, err})
		}
	}
	return nil, nil, nil
}

func (s *Store) importKnown(ctx context.Context, e *Entry, m *Model, o ImportOptions) (*Imported, error) {
	unlock, err := s.lock(ctx, e.Name, o.Notice)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", m, err)
	}
	defer unlock()
	done := &Imported{Name: e.Name, Dir: s.revision(e.Name, e.Revision), Known: true}
	if isDir(done.Dir) && len(e.problems(ctx, done.Dir)) == 0 {
		return done, nil
	}
	g, err := s.stage(e.Name, e.Revision)
	if err != nil {
		return nil, err
	}
	files := make([]string, len(e.Files))
	for i, f := range e.Files {
		files[i] = f.Path
	}
	if err := m.eachFile(ctx, files, g.copyIn); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	for _, f := range e.Files {
		if err := f.check(ctx, join(g.dir, f.Path)); err != nil { // the copy is what counts
			return nil, fmt.Errorf("import %s: the copy of %w", m, Problem{f.Path, err})
		}
	}
	if err := g.prune(e.Files); err != nil {
		return nil, fmt.Errorf("import %s: %w", m, err)
	}
	if err := g.commit(); err != nil {
		return nil, fmt.Errorf("import %s: %w", m, err)
	}
	return done, nil
}

func (s *Store) importOther(ctx context.Context, m *Model, o ImportOptions) (*Imported, error) {
	name := o.Name
	if name == "" {
		name = strings.ToLower(m.Name)
	}
	if err := CheckName(name); err != nil {
		return nil, fmt.Errorf("%w; give one with --name", err)
	}
	if e := s.entry(name); e != nil && e.Pullable() {
		return nil, fmt.Errorf("%s is not the %s of the catalog; give it another name with --name", m, name)
	}
	graph, err := m.graph()
	if err != nil {
		return nil, err
	}
	files, err := m.decisive(graph)
	if err != nil {
		return nil, err
	}
	// These tell the prompt's form; the last is for other programs.
	files = append(files, "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json")

	unlock, err := s.lock(ctx, name, o.Notice)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", m, err)
	}
	defer unlock()
	if dir, _ := s.find(name); dir != "" {
		return nil, fmt.Errorf("there is a model called %s; remove it with gloss model remove %s, or give another name with --name", name, name)
	}
	if err := os.RemoveAll(s.partial(name, imported)); err != nil { // an import that was killed
		return nil, fmt.Errorf("import %s: %w", m, err)
	}
	g, err := s.stage(name, imported)
	if err != nil {
		return nil, err
	}
	err = g.fill(ctx, m, files, o.Check)
	if err == nil {
		err = g.commit()
	}
	if err != nil {
		g.discard() // a copy that went wrong is not worth going on from
		return nil, fmt.Errorf("import %s: %w", m, err)
	}
	return &Imported{Name: name, Dir: g.final}, nil
}

// fill copies files, as far as they exist, notes their hashes, and checks the
// copy.
func (g *staging) fill(ctx context.Context, from *Model, files []string, check func(*Model) error) error {
	var list manifest
	err := from.eachFile(ctx, files, func(name string, r io.Reader) error {
		sum := sha256.New()
		if err := g.copyIn(name, io.TeeReader(r, sum)); err != nil {
			return err
		}
		info, err := os.Stat(join(g.dir, name))
		if err != nil {
			return err
		}
		list.Files = append(list.Files, File{Path: name, Size: info.Size(), SHA256: hex.EncodeToString(sum.Sum(nil))})
		return nil
	})
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := replace(join(g.dir, manifestName), append(b, '\n')); err != nil {
		return err
	}
	m, err := openDirectory(g.dir)
	if err != nil {
		return err
	}
	return check(m)
}

// copyIn gives the staged model a file.
func (g *staging) copyIn(name string, r io.Reader) error {
	to, err := g.path(name)
	if err != nil {
		return err
	}
	if err := removeIfThere(to); err != nil {
		return err
	}
	return writeNew(to, r)
}
