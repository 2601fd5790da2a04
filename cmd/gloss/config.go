package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

const (
	// projectConfig is the name of a project's settings, at the top of its
	// repository.
	projectConfig = ".gloss.json"
	// maxConfig bounds a file of settings.
	maxConfig = 64 << 10
)

// configFlags say which files of settings are read.
type configFlags struct {
	file string
	none bool
}

func (f *configFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "config", "", "read the settings in this `FILE`, and in no other")
	c.Flags().BoolVar(&f.none, "no-config", false, "read no file of settings")
}

// user returns the settings of the file that is named, or else of the user's
// own, if there is one.
func (f *configFlags) user(warn func(error)) (settings.Settings, error) {
	s := settings.Default()
	path := userConfig()
	switch {
	case f.none && f.file != "":
		return s, usage("--config and --no-config exclude each other")
	case f.none:
		return s, nil
	case f.file != "":
		path = f.file
	case path == "":
		return s, nil
	}
	text, err := untrusted.Read(path, maxConfig)
	if f.file == "" && errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		s, err = withConfig(s, path, text, settings.User, warn)
	}
	if err != nil {
		return s, usage("the settings in %s: %w", path, err)
	}
	return s, nil
}

// userConfig is where the user's own settings lie, "" for a user who has no
// home folder.
func userConfig() string {
	dir, err := untrusted.UserFolder(xdg.ConfigHome, "XDG_CONFIG_HOME")
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "gloss", "config.json")
}

// of adds the settings of the project that path lies in.
func (f *configFlags) of(path string, warn func(error)) (settings.Settings, error) {
	s, err := f.user(warn)
	if err != nil || f.none || f.file != "" {
		return s, err
	}
	dir, err := filepath.Abs(path)
	if err != nil {
		return s, err
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	tree, err := os.OpenRoot(repositoryTop(dir))
	if err != nil {
		return s, nil // which is told of the path itself
	}
	defer tree.Close()
	text, err := untrusted.ReadIn(tree, projectConfig, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	name := filepath.Join(tree.Name(), projectConfig)
	if err == nil {
		var with settings.Settings
		if with, err = withConfig(s, name, text, settings.Workspace, warn); err == nil {
			return with, nil
		}
	}
	warn(fmt.Errorf("%s is left out: %w", name, err)) // it may be anybody's
	return s, nil
}

func withConfig(s settings.Settings, name string, text []byte, from settings.Source, warn func(error)) (settings.Settings, error) {
	s, warnings, err := settings.Read(s, text, from)
	if err != nil {
		return s, err
	}
	for _, w := range warnings {
		warn(fmt.Errorf("%s: %s", name, w))
	}
	return s, nil
}

// warnTo prints what a user should know and can live with.
func warnTo(w io.Writer) func(error) {
	return func(err error) { fmt.Fprintln(w, "gloss:", printable(err.Error())) }
}
