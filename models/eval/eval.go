// Package eval measures how good summaries are.
//
// It compares what several systems wrote about the same functions with what
// their authors wrote, counts what hurts users, and lets a person rank them
// blindly. It is arithmetic on text: it runs no model and parses no code.
package eval

import "time"

// Function is one function with what its author said of it.
type Function struct {
	// Language is the LSP language id.
	Language string `json:"language"`
	// Code is the definition without its doc comment.
	Code string `json:"code"`
	// Reference is the first sentence of its doc comment.
	Reference string `json:"reference"`

	Name string `json:"name,omitempty"`
	Kind string `json:"kind,omitempty"`

	// Where the function comes from, each empty where that is not known: the
	// class or whatever is around it, and the file, in its repository.
	Container string `json:"container,omitempty"`
	Path      string `json:"path,omitempty"`
	Repo      string `json:"repo,omitempty"`
	Commit    string `json:"commit,omitempty"`

	// Grades holds what a reader, who did not know where they came from, made of
	// texts about the function.
	Grades map[string]Grade `json:"grades,omitempty"`

	// Line is the line of the data that holds the function, counted from 1.
	Line int `json:"-"`
}

// Grade is a reader's judgement of a text.
type Grade int

// The grades.
const (
	Wrong Grade = iota // false, misleading or broken
	Right              // true, and no more than the name says
	More               // true, and more than the name says
)

// Output is what a system wrote about a function.
type Output struct {
	// Text is what a user would see; "" where nothing is shown.
	Text string
	// Truncated is true when the model came to the bound of its output before
	// it had finished.
	Truncated bool
	// Confidence, from 0 to 1, is how likely the system holds Text to be good.
	Confidence float64
	// Elapsed is the time that the model took; 0 for systems without one.
	Elapsed time.Duration
	// Failed is true when the model could not run, such as for want of time.
	// One that ran and wrote nothing usable has not failed.
	Failed bool
}

// Kind says what sort of system wrote an output.
type Kind string

// The kinds of system.
const (
	Model    Kind = "model"
	Baseline Kind = "baseline"
	// Reference is the author. Its figures say what is usual for people, not
	// how good a system could be.
	Reference Kind = "reference"
)

// System is one that is measured: its outputs are in the order of the
// functions.
type System struct {
	Name string
	Kind Kind
	// Prompt and SHA256 are the prompt form of a model and the hash of its
	// files, "" for other systems.
	Prompt  string
	SHA256  string
	Outputs []Output
}
