package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// listGo lists Go's functions by the standard library's parser.
func listGo(files []file) map[string]listing {
	listed := map[string]listing{}
	for _, f := range files {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, f.path, f.text, parser.SkipObjectResolution)
		if err != nil {
			listed[f.path] = listing{unparsed: err.Error()}
			continue
		}
		g := goLister{set: set}
		ast.Walk(goScope{&g, ""}, parsed)
		listed[f.path] = listing{functions: g.functions}
	}
	return listed
}

type goLister struct {
	set       *token.FileSet
	functions []function
}

// goScope visits what is inside of a function of that name, or of none.
type goScope struct {
	*goLister
	name string
}

// Visit adds declared functions, and function literals that something is named
// by: a variable, a field, an element of a literal.
func (s goScope) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Body == nil {
			return nil
		}
		container := s.name
		if n.Recv != nil && len(n.Recv.List) == 1 {
			container = receiver(n.Recv.List[0].Type)
		}
		s.add(n.Name.Name, container, n)
		s.inside(n.Name.Name, n.Body)
		return nil
	case *ast.GenDecl:
		if n.Lparen.IsValid() || len(n.Specs) != 1 {
			return s // each by itself
		}
		if spec, ok := n.Specs[0].(*ast.ValueSpec); ok && s.bound(spec, n) {
			return nil
		}
	case *ast.ValueSpec:
		if s.bound(n, n) {
			return nil
		}
	case *ast.AssignStmt:
		if len(n.Lhs) != 1 || len(n.Rhs) != 1 {
			return s
		}
		left := n.Lhs[0]
		if at, ok := left.(*ast.IndexExpr); ok {
			if _, ok := at.Index.(*ast.BasicLit); !ok {
				return s // handlers[i]: i is not the name of what is there
			}
			left = at.Index
		}
		return s.value(boundName(left), n.Rhs[0], n)
	case *ast.KeyValueExpr:
		return s.value(boundName(n.Key), n.Value, n)
	}
	return s
}

// boundName is the name of what a value is assigned to, or of its key, and ""
// for what is none.
func boundName(to ast.Expr) string {
	switch to := to.(type) {
	case *ast.Ident:
		return to.Name
	case *ast.SelectorExpr:
		return to.Sel.Name
	case *ast.BasicLit:
		return strings.Trim(to.Value, "\"`")
	}
	return ""
}

// bound adds the function literal that a variable is declared with.
func (s goScope) bound(spec *ast.ValueSpec, whole ast.Node) bool {
	return len(spec.Names) == 1 && len(spec.Values) == 1 && s.value(spec.Names[0].Name, spec.Values[0], whole) == nil
}

// value adds a function literal and visits it. It returns nil if value is one.
func (s goScope) value(name string, value ast.Expr, whole ast.Node) ast.Visitor {
	literal, ok := value.(*ast.FuncLit)
	if !ok || name == "" {
		return s
	}
	s.add(name, s.name, whole)
	s.inside(name, literal.Body)
	return nil
}

func (s goScope) inside(name string, body ast.Node) {
	ast.Walk(goScope{s.goLister, name}, body)
}

func (g *goLister) add(name, container string, n ast.Node) {
	g.functions = append(g.functions, function{
		Name: name, Container: &container,
		Start: g.set.PositionFor(n.Pos(), false).Line, End: g.set.PositionFor(n.End()-1, false).Line,
	})
}

// receiver returns the name of a receiver's type as it is written.
func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.ParenExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}
