// Command shard writes a corpus as the texts that its prompts are made of, in
// several files: compressed they are a fraction of their token ids, and small
// enough to be carried to another machine, where pack encodes them.
//
//	shard -data train.jsonl -shards 16 -out DIR/train
//
// writes DIR/train.00.txt and so on, the functions of a repository in one file,
// and the files of about the same size, so that half of them are a fair half of
// the corpus. What each line holds package text says.
//
// A quarter of the strict pairs come a second time with the function's name
// hidden, right after themselves, where they cost a compressor next to nothing.
// A tenth of the lines do not say their file and a twentieth not their
// container: an editor knows neither of a new file's function. With -plain
// nothing is hidden and nothing comes twice.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"github.com/gloss-lsp/gloss/models/train/corpus"
	"github.com/gloss-lsp/gloss/models/train/text"
)

// One in so many pairs.
const (
	hideName      = 4
	hidePath      = 10
	hideContainer = 20
)

type options struct {
	data, out string
	shards    int
	plain     bool
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "JSON lines of the corpus (needed)")
	flag.StringVar(&o.out, "out", "", "the files' name without their endings (needed, outside of any work tree)")
	flag.IntVar(&o.shards, "shards", 16, "number of files")
	flag.BoolVar(&o.plain, "plain", false, "every pair once and whole: for data that is measured on")
	flag.Parse()
	if o.data == "" || o.out == "" || o.shards < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(o, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "shard:", err)
		os.Exit(1)
	}
}

func run(o options, log io.Writer) (err error) {
	shards := make([]shard, o.shards)
	for i := range shards {
		f, err := os.Create(fmt.Sprintf("%s.%02d.txt", o.out, i))
		if err != nil {
			return err
		}
		defer f.Close() // where an error keeps it from being closed below
		shards[i] = shard{file: f, buffer: bufio.NewWriterSize(f, 1<<20)}
	}
	random := rand.New(rand.NewPCG(7, 11))
	var to *shard
	repo := ""
	written := map[text.Kind]int{}
	for p, err := range corpus.Read(o.data) {
		if err != nil {
			return err
		}
		if to == nil || p.Repo != repo {
			to, repo = smallest(shards), p.Repo
		}
		for _, l := range lines(p, random, o.plain) {
			if err := to.write(l); err != nil {
				return err
			}
			written[l.Kind]++
		}
	}
	for _, s := range shards {
		err = errors.Join(err, s.buffer.Flush(), s.file.Close())
	}
	fmt.Fprintf(log, "%d strict, %d loose, %d named, %d hidden\n", written[text.Strict], written[text.Loose], written[text.Named], written[text.Hidden])
	return err
}

// lines returns what the model is to learn from p.
func lines(p corpus.Pair, random *rand.Rand, plain bool) []text.Line {
	if !plain && random.IntN(hidePath) == 0 {
		p.Path = ""
	}
	if !plain && random.IntN(hideContainer) == 0 {
		p.Container = ""
	}
	switch p.Tier {
	case corpus.Name:
		return []text.Line{text.New(text.Named, hidden(p))}
	case corpus.Loose:
		return []text.Line{text.New(text.Loose, p)}
	}
	list := []text.Line{text.New(text.Strict, p)}
	if !plain && random.IntN(hideName) == 0 && len(p.Name) >= minHidden {
		list = append(list, text.New(text.Hidden, hidden(p)))
	}
	return list
}

type shard struct {
	file   *os.File
	buffer *bufio.Writer
	size   int
}

func (s *shard) write(l text.Line) error {
	n, err := s.buffer.WriteString(l.String())
	s.size += n
	return err
}

func smallest(shards []shard) *shard {
	least := &shards[0]
	for i := range shards {
		if shards[i].size < least.size {
			least = &shards[i]
		}
	}
	return least
}
