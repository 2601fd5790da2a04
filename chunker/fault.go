package chunker

import sitter "github.com/tree-sitter/go-tree-sitter"

// Fault returns the first stretch of the text of which the grammar could make
// nothing, if one is long enough to hide a function of DefaultMinLines. It is
// looked for where a text is read as a whole, as Parse does: edits do not pay
// for it.
func (f *File) Fault() (stretch Range, ok bool) { return f.fault, !f.fault.absent() }

// fault looks for what File.Fault returns, without recursion: trees of hostile
// texts are deep.
func fault(root *sitter.Node, length int) Range {
	cursor := root.Walk()
	defer cursor.Close()
	for {
		n := cursor.Node()
		if n.IsError() && n.EndPosition().Row-n.StartPosition().Row+1 >= DefaultMinLines {
			return Range{min(int(n.StartByte()), length), min(int(n.EndByte()), length)}
		}
		if n.HasError() && !n.IsError() && cursor.GotoFirstChild() {
			continue
		}
		for !cursor.GotoNextSibling() {
			if !cursor.GotoParent() {
				return Range{}
			}
		}
	}
}
