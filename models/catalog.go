package models

import (
	"fmt"
	"slices"
	"strings"
)

// Entry is a model that gloss knows how to get. Everything about it is pinned:
// what a server sends in its place is refused. One without Files is known by
// what it is asked and how, and has to be brought: see Pullable.
type Entry struct {
	// Name is what the user calls it; it is a folder's name too.
	Name string
	// Source is where the files are that name no other.
	Source
	// Licence is an SPDX identifier.
	Licence string
	// About says in one line what the model is.
	About string
	// Files are all that is installed, small ones first, so that a mistake
	// shows before the large one is on its way.
	Files []File
	// Description takes the place of a gloss.json, so that a newer gloss
	// brings newer prompts to a model that is already there.
	Description Description
}

// Source is a revision of a repository on a Hugging Face hub.
type Source struct {
	Repo     string // organisation/name
	Revision string // a commit, never a branch
}

// File is one pinned file of an Entry.
type File struct {
	Path   string `json:"path"`   // inside the repository and the installed folder, with slashes
	Size   int64  `json:"size"`   // in bytes
	SHA256 string `json:"sha256"` // hexadecimal
	// Approximate says that Size is only known roughly; the hash decides.
	Approximate bool `json:"-"`
	// From is where the file is, unless it is where the Entry says.
	From Source `json:"-"`
}

// most is the largest number of bytes that can be the file.
func (f *File) most() int64 {
	if f.Approximate {
		return f.Size + f.Size/8
	}
	return f.Size
}

// fits reports whether n bytes can be the whole file.
func (f *File) fits(n int64) bool {
	if f.Approximate {
		return n <= f.most()
	}
	return n == f.Size
}

// source returns where f is.
func (e *Entry) source(f *File) Source {
	if f.From != (Source{}) {
		return f.From
	}
	return e.Source
}

// Size is the sum of the files' sizes, exact only where they are.
func (e *Entry) Size() (bytes int64, exact bool) {
	exact = e.Pullable()
	for _, f := range e.Files {
		bytes += f.Size
		exact = exact && !f.Approximate
	}
	return bytes, exact
}

// graph returns the file that the description names.
func (e *Entry) graph() *File {
	i := slices.IndexFunc(e.Files, func(f File) bool { return f.Path == e.Description.Graph })
	return &e.Files[i] // the catalog's test sees to it that there is one
}

// Pullable reports whether there are files that gloss can name and verify. Any
// other model is installed by Import, with the entry's Description.
func (e *Entry) Pullable() bool { return len(e.Files) > 0 }

// howToImport says how a model comes here that cannot be pulled.
func (e *Entry) howToImport() string {
	return fmt.Sprintf("gloss knows no ONNX files of it whose hashes it could verify; export it (optimum-cli export onnx --model %s --task text2text-generation-with-past %s) and run: gloss model import ./%s (docs/codet5.md)", e.Repo, e.Name, e.Name)
}

// Recommended is the catalog's model for who wants better summaries than the
// shipped one's.
const Recommended = "smollm2-135m-instruct"

var (
	smolLM2     = Source{"HuggingFaceTB/SmolLM2-135M-Instruct", "12fd25f77366fa6b3b4b768ec3050bf629380bac"}
	smolLM2ONNX = Source{"onnx-community/SmolLM2-135M-Instruct-ONNX", "b8a5c0f183b78c55955a5364f610c36668b5e681"}
)

// Catalog returns the models that gloss knows, the recommended one first.
func Catalog() []Entry {
	return []Entry{
		smolLM2Entry("", smolLM2, "8-bit weights: the one to take on a CPU", File{
			Path: "onnx/model_quantized.onnx", Size: 137147981, SHA256: "ecc1a19eece6494e2963cf74f78ace35916e8d0b803168ddd41db00979f18e39",
		}),
		smolLM2Entry("-int8", smolLM2, "signed 8-bit weights: said to write worse text", File{
			Path: "onnx/model_int8.onnx", Size: 137147867, SHA256: "a7c33f9ef85d06734cc9d1f943f7e2ba57c77e769df727f4d3e217d9f672b0cc",
		}),
		smolLM2Entry("-q4", smolLM2, "4-bit weights", File{
			Path: "onnx/model_q4.onnx", Size: 182_000_000, Approximate: true, SHA256: "933577110303a2964096d19b6f15d3b4639bef7f99481ac0b61d9f3ad72f392a",
		}),
		smolLM2Entry("-community", smolLM2ONNX, "onnx-community's export, 8-bit weights", File{
			Path: "onnx/model_quantized.onnx", Size: 135658354, SHA256: "0fab87142e3eb1fcacb881f8282e7473e62ad66920c347b81f088da6fda2da37",
		}),
		smolLM2Entry("-community-q4", smolLM2ONNX, "onnx-community's export, 4-bit weights", File{
			Path: "onnx/model_q4.onnx", Size: 180581125, SHA256: "eb0d67c7e3b7d40f42d681b5f2eff4cef78968afe3f76c954f987dd870327a2a",
		}),
		{
			Name:    "codet5-base-multi-sum",
			Source:  Source{Repo: "Salesforce/codet5-base-multi-sum"},
			Licence: "BSD-3-Clause",
			About:   "CodeT5-base, made to summarize code: to be exported and imported",
			Description: Description{
				Prompt:          codeToText,
				MaxInputTokens:  codeToTextTokens,
				MaxOutputTokens: 64,
			},
		},
	}
}

// codeToText is the form of CodeT5, and codeToTextTokens the code that it was
// trained to read: 256 tokens with those around it.
var codeToText = Prompt{Form: "code2text", Version: 1}

const codeToTextTokens = 254

// smolLM2Entry is SmolLM2-135M-Instruct with one of its graphs. The makers'
// own tokenizer and configs go with all of them: these are pinned, those of
// the other exports are not.
func smolLM2Entry(suffix string, graphSource Source, about string, graph File) Entry {
	files := []File{
		{Path: "config.json", Size: 861, SHA256: "8eb740e8bbe4cff95ea7b4588d17a2432deb16e8075bc5828ff7ba9be94d982a"},
		{Path: "generation_config.json", Size: 132, SHA256: "87b916edaaab66b3899b9d0dd0752727dff6666686da0504d89ae0a6e055a013"},
		{Path: "tokenizer.json", Size: 2104556, SHA256: "9ca9acddb6525a194ec8ac7a87f24fbba7232a9a15ffa1af0c1224fcd888e47c"},
		{Path: "tokenizer_config.json", Size: 3764, SHA256: "4ec77d44f62efeb38d7e044a1db318f6a939438425312dfa333b8382dbad98df"},
		{Path: "special_tokens_map.json", Size: 655, SHA256: "2b7379f3ae813529281a5c602bc5a11c1d4e0a99107aaa597fe936c1e813ca52"},
	}
	for i := range files {
		files[i].From = smolLM2
	}
	return Entry{
		Name:    Recommended + suffix,
		Source:  graphSource,
		Licence: "Apache-2.0",
		About:   "SmolLM2-135M-Instruct, " + about,
		Files:   append(files, graph),
		Description: Description{
			Prompt:          Prompt{Form: "chat", Version: 1},
			MaxInputTokens:  512,
			MaxOutputTokens: 64,
			Graph:           graph.Path,
		},
	}
}

// entry returns the catalog's entry of that name, or nil.
func (s *Store) entry(name string) *Entry {
	i := slices.IndexFunc(s.Catalog, func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Catalog[i]
}

// names lists the catalog for messages.
func (s *Store) names() string {
	names := make([]string, len(s.Catalog))
	for i, e := range s.Catalog {
		names[i] = e.Name
	}
	return strings.Join(names, ", ")
}

// errUnknown says that the catalog has no such model.
func (s *Store) errUnknown(name string) error {
	return fmt.Errorf("%w: the catalog has no %q; it has %s", ErrNotFound, name, s.names())
}
