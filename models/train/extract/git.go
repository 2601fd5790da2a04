package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// findRepository returns the directory under root, a checkout or a bare
// repository, that holds the commit of the repository called owner/name. It may
// be called owner/name, owner+name or owner+name/repo.
func findRepository(root, name, commit string) (dir string, ok bool) {
	flat := strings.ReplaceAll(name, "/", "+")
	for _, dir := range []string{filepath.Join(root, flat, "repo"), filepath.Join(root, flat), filepath.Join(root, filepath.FromSlash(name))} {
		if exec.Command("git", "-C", dir, "cat-file", "-e", commit+"^{commit}").Run() == nil {
			return dir, true
		}
	}
	return "", false
}

// blob is a file in a commit.
type blob struct {
	path, object string
	size         int
}

// listFiles lists the regular files of a commit in the order of their paths.
func listFiles(dir, commit string) ([]blob, error) {
	out, err := git(dir, "ls-tree", "-r", "-l", "-z", commit)
	if err != nil {
		return nil, err
	}
	var files []blob
	for entry := range strings.SplitSeq(string(out), "\x00") {
		meta, path, ok := strings.Cut(entry, "\t")
		f := strings.Fields(meta) // mode, type, object, size
		if !ok || len(f) != 4 || f[1] != "blob" || f[0] == "120000" {
			continue
		}
		size, err := strconv.Atoi(f[3])
		if err != nil {
			continue // an object that this clone does not have
		}
		files = append(files, blob{path: path, object: f[2], size: size})
	}
	return files, nil
}

func git(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s in %s: %w: %s", strings.Join(args, " "), dir, err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// objects reads objects out of one repository, one after the other.
type objects struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// openObjects starts git in dir. The caller must call close.
func openObjects(dir string) (*objects, error) {
	cmd := exec.Command("git", "-C", dir, "cat-file", "--batch")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start git in %s: %w", dir, err)
	}
	return &objects{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 1<<16)}, nil
}

// read returns the content of an object, or nil for one that is missing.
func (o *objects) read(object string) ([]byte, error) {
	if _, err := fmt.Fprintln(o.in, object); err != nil {
		return nil, err
	}
	header, err := o.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	f := strings.Fields(header) // object, type, size
	if len(f) != 3 {
		return nil, nil
	}
	size, err := strconv.Atoi(f[2])
	if err != nil {
		return nil, fmt.Errorf("git cat-file said %q", header)
	}
	content := make([]byte, size+1) // and a line feed
	if _, err := io.ReadFull(o.out, content); err != nil {
		return nil, err
	}
	return content[:size], nil
}

func (o *objects) close() error {
	o.in.Close()
	return o.cmd.Wait()
}
