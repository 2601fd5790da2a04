package models

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Pull is what a pull has done.
type Pull struct {
	Dir string
	// There was nothing to do: the model was installed and right.
	Already bool
	// Fetched and Found count the files from the network and those that were
	// on this machine.
	Fetched, Found int
}

// PullOptions say where from, and who is told.
type PullOptions struct {
	Hub *Hub
	// Progress is told how many of the model's bytes are there. It is called
	// often, on the goroutine of Pull, and may be nil.
	Progress func(have, total int64)
	// Notice is told, in a line, of what makes it take longer. It may be nil.
	Notice func(string)
}

// Pull installs a model of the catalog, or mends the installed one. Files that
// are on this machine are not fetched. It returns an error, or a model whose
// every file is the one that the catalog pins; what was fetched before an
// error is kept for the next Pull.
func (s *Store) Pull(ctx context.Context, name string, o PullOptions) (*Pull, error) {
	e := s.entry(name)
	if e == nil {
		return nil, s.errUnknown(name)
	}
	if !e.Pullable() {
		return nil, fmt.Errorf("%s cannot be pulled: %s", name, e.howToImport())
	}
	if o.Progress == nil {
		o.Progress = func(int64, int64) {}
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	unlock, err := s.lock(ctx, name, o.Notice)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", name, err)
	}
	defer unlock()
	p := &Pull{Dir: s.revision(name, e.Revision)}
	if isDir(p.Dir) && len(e.problems(ctx, p.Dir)) == 0 {
		p.Already = true
		return p, nil
	}
	g, err := s.stage(name, e.Revision)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", name, err)
	}
	total, _ := e.Size()
	var before int64
	for i := range e.Files {
		f := &e.Files[i]
		report := func(have int64) { o.Progress(before+have, max(total, before+have)) }
		if err := s.bring(ctx, e, f, g, p, o, report); err != nil {
			return nil, fmt.Errorf("pull %s: %w", name, err)
		}
		report(f.Size)
		before += f.Size
	}
	if err := g.prune(e.Files); err != nil {
		return nil, fmt.Errorf("pull %s: %w", name, err)
	}
	if err := g.commit(); err != nil {
		return nil, fmt.Errorf("pull %s: %w", name, err)
	}
	return p, nil
}

// bring puts one file into place: the one that is there, one that is elsewhere
// on this machine, or one from the hub.
func (s *Store) bring(ctx context.Context, e *Entry, f *File, g *staging, p *Pull, o PullOptions, report func(int64)) error {
	path, err := g.path(f.Path)
	if err != nil {
		return err
	}
	switch err := f.check(ctx, path); {
	case err == nil:
		p.Found++
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.Is(err, os.ErrNotExist):
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	candidates := append(s.elsewhere(f.SHA256), o.Hub.cached(e.source(f), f.Path))
	for _, from := range candidates {
		if g.adopt(ctx, f, from, path) {
			p.Found++
			return nil
		}
	}
	if o.Hub.offline {
		return fmt.Errorf("%s is not on this machine, and HF_HUB_OFFLINE forbids to fetch it; unset it, or bring the model's folder and run: gloss model import DIR", f.Path)
	}
	u := o.Hub.url(e.source(f), f.Path)
	d := &download{hub: o.Hub, file: f, url: u, name: u.Redacted(), report: report, notice: o.Notice}
	if err := d.get(ctx, path); err != nil {
		return err
	}
	p.Fetched++
	return nil
}

// elsewhere returns where installed models of the catalog have a file of that
// hash: several share their tokenizers, and a damaged one is mended with what
// is right in it.
func (s *Store) elsewhere(sum string) []string {
	var paths []string
	for i := range s.Catalog {
		e := &s.Catalog[i]
		dir, _ := s.find(e.Name)
		for _, f := range e.Files {
			if dir != "" && f.SHA256 == sum {
				paths = append(paths, join(dir, f.Path))
			}
		}
	}
	return paths
}
