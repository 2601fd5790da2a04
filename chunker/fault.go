package chunker

import sitter "github.com/tree-sitter/go-tree-sitter"

// Fault returns the first stretch of the text of which the grammar could make
// nothing, if one is long enough to hide a function of DefaultMinLines. It is
// looked for where a text is read as a whole, as Parse does: edits do not pay
// for it.
func (f *File) Fault() (stretch Range, ok bool) { return f.fault, !f.fault.absent() }

// Broken reports whether the text has a syntax error, however short, or what
// the grammar takes for one.
func (f *File) Broken() bool { return f.broken }

// fault looks for what File.Fault returns, without recursion: trees of hostile
// texts are deep. Where the text as a whole is nothing to the grammar, it is so
// from the first error in it.
func fault(root *sitter.Node, length int) Range {
	least, found := uint(DefaultMinLines), Range{}
	if root.IsError() {
		least, found = 1, Range{0, length}
	}
	cursor := root.Walk()
	defer cursor.Close()
	for inside := cursor.GotoFirstChild(); inside; {
		n := cursor.Node()
		if n.IsError() && n.EndPosition().Row-n.StartPosition().Row+1 >= least {
			return Range{min(int(n.StartByte()), length), max(found.End, min(int(n.EndByte()), length))}
		}
		if n.HasError() && !n.IsError() && cursor.GotoFirstChild() {
			continue
		}
		for inside && !cursor.GotoNextSibling() {
			inside = cursor.GotoParent()
		}
	}
	return found
}
