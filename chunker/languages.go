package chunker

import (
	"sync"
	"unsafe"

	kotlin "github.com/fwcd/tree-sitter-kotlin/bindings/go"
	lua "github.com/tree-sitter-grammars/tree-sitter-lua/bindings/go"
	zig "github.com/tree-sitter-grammars/tree-sitter-zig/bindings/go"
	sitter "github.com/tree-sitter/go-tree-sitter"
	bash "github.com/tree-sitter/tree-sitter-bash/bindings/go"
	csharp "github.com/tree-sitter/tree-sitter-c-sharp/bindings/go"
	c "github.com/tree-sitter/tree-sitter-c/bindings/go"
	cpp "github.com/tree-sitter/tree-sitter-cpp/bindings/go"
	elixir "github.com/tree-sitter/tree-sitter-elixir/bindings/go"
	golang "github.com/tree-sitter/tree-sitter-go/bindings/go"
	haskell "github.com/tree-sitter/tree-sitter-haskell/bindings/go"
	java "github.com/tree-sitter/tree-sitter-java/bindings/go"
	javascript "github.com/tree-sitter/tree-sitter-javascript/bindings/go"
	ocaml "github.com/tree-sitter/tree-sitter-ocaml/bindings/go"
	php "github.com/tree-sitter/tree-sitter-php/bindings/go"
	python "github.com/tree-sitter/tree-sitter-python/bindings/go"
	ruby "github.com/tree-sitter/tree-sitter-ruby/bindings/go"
	rust "github.com/tree-sitter/tree-sitter-rust/bindings/go"
	scala "github.com/tree-sitter/tree-sitter-scala/bindings/go"
	typescript "github.com/tree-sitter/tree-sitter-typescript/bindings/go"
)

// languages is every language. To add one, add a row and its query.
var languages = []Language{
	{
		ID: "go", Name: "Go", aliases: []string{"golang"}, extensions: []string{".go"},
		grammar: grammar(golang.Language), query: "go", lexis: goLexis,
		doc:    docSyntax{insert: slashes, markup: goDoc{}, line: []string{"//"}, block: []delimiters{{"/*", "*/"}}},
		around: []delimiters{{"func _() {\n", "\n}"}, {"var _ = T{\n", ",\n}"}},
	},
	{
		ID: "python", Name: "Python",
		extensions: []string{".py", ".pyi", ".pyw"}, filenames: []string{"SConstruct", "SConscript"}, interpreters: []string{"python"},
		grammar: grammar(python.Language), query: "python", constructor: "__init__", lexis: pythonLexis,
		doc:    docSyntax{insert: docstring, markup: docstrings, block: []delimiters{{`"""`, `"""`}, {"'''", "'''"}, {`"`, `"`}, {"'", "'"}}},
		around: []delimiters{{"_ = {\n", "\n}"}},
	},
	{
		ID: "javascript", Name: "JavaScript", aliases: []string{"javascriptreact", "jsx"},
		extensions: []string{".js", ".mjs", ".cjs", ".jsx"}, interpreters: []string{"node", "nodejs"},
		grammar: grammar(javascript.Language), query: "javascript", constructor: "constructor", lexis: scriptLexis,
		doc:    javadoc.in(jsdocDoc),
		around: []delimiters{inClass, {"({\n", "\n})"}},
	},
	{
		ID: "typescript", Name: "TypeScript",
		extensions: []string{".ts", ".mts", ".cts"}, interpreters: []string{"deno", "ts-node", "tsx", "bun"},
		grammar: grammar(typescript.LanguageTypescript), query: "typescript", constructor: "constructor", mask: maskUsing, lexis: scriptLexis,
		doc:    javadoc.in(jsdocDoc),
		around: []delimiters{inClass, {"({\n", "\n})"}},
	},
	{
		ID: "typescriptreact", Name: "TSX", aliases: []string{"tsx"}, extensions: []string{".tsx"},
		grammar: grammar(typescript.LanguageTSX), query: "typescript", constructor: "constructor", mask: maskUsing, lexis: scriptLexis,
		doc:    javadoc.in(jsdocDoc),
		around: []delimiters{inClass, {"({\n", "\n})"}},
	},
	{
		ID: "vue", Name: "Vue", extensions: []string{".vue"},
		code: inScripts, constructor: "constructor",
		doc: javadoc.in(jsdocDoc),
	},
	{
		ID: "svelte", Name: "Svelte", extensions: []string{".svelte"},
		code: inScripts, constructor: "constructor",
		doc: javadoc.in(jsdocDoc),
	},
	{
		ID: "rust", Name: "Rust", extensions: []string{".rs"},
		grammar: grammar(rust.Language), query: "rust", mask: maskItemMacros,
		doc:    docSyntax{insert: comment, markup: namesDoc, line: []string{"///"}, block: []delimiters{{"/**", "*/"}}, far: []string{"///", "/**"}},
		around: []delimiters{{"fn _f() {\n", "\n}"}},
	},
	{
		ID: "java", Name: "Java", extensions: []string{".java"},
		grammar: grammar(java.Language), query: "java", lexis: javaLexis,
		doc:    javadoc,
		around: []delimiters{inClass},
	},
	{
		ID: "c", Name: "C", extensions: []string{".c", ".h"},
		grammar: grammar(c.Language), query: "c", mask: maskC, bodies: bodiesC,
		doc: doxygen,
	},
	{
		ID: "cpp", Name: "C++", aliases: []string{"c++"},
		extensions: []string{".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp", ".tpp"},
		grammar:    grammar(cpp.Language), query: "cpp", mask: maskCPP, bodies: bodiesCPP,
		doc:    docSyntax{insert: comment, markup: doxygenDoc, line: doxygen.line, block: doxygen.block, far: doxygen.far},
		around: []delimiters{{"class C {\n", "\n};"}},
	},
	{
		ID: "csharp", Name: "C#", aliases: []string{"c#", "cs"}, extensions: []string{".cs", ".csx"},
		grammar: grammar(csharp.Language), mask: maskConditions, query: "csharp", lexis: csharpLexis,
		doc:    docSyntax{insert: xml, markup: xmlDoc{}, line: []string{"///"}, block: []delimiters{{"/**", "*/"}}, far: []string{"///", "/**"}},
		around: []delimiters{inClass, {"class C {\nint P {\n", "\n}\n}"}},
	},
	{
		ID: "ruby", Name: "Ruby", extensions: []string{".rb", ".rake", ".gemspec", ".ru"},
		filenames: []string{"Rakefile", "Gemfile", "Guardfile", "Vagrantfile"}, interpreters: []string{"ruby"},
		grammar: grammar(ruby.Language), query: "ruby", constructor: "initialize", mask: maskLongHeredocs,
		doc:    docSyntax{insert: comment, markup: rdoc, line: []string{"#"}, block: []delimiters{{"=begin", "=end"}}},
		around: []delimiters{{"_ = {\n", "\n}"}},
	},
	{
		ID: "php", Name: "PHP", extensions: []string{".php", ".phtml", ".inc"}, interpreters: []string{"php"},
		grammar: grammar(php.LanguagePHP), query: "php", lexis: phpLexis, constructor: "__construct",
		doc:    javadoc.in(phpDoc),
		around: []delimiters{{"<?php\n", ""}, {"<?php\nclass C {\n", "\n}"}, {"<?php\n$_ = [\n", "\n];"}},
	},
	{
		ID: "shellscript", Name: "Bash", aliases: []string{"bash", "sh", "shell"},
		extensions:   []string{".sh", ".bash", ".ebuild", ".bats"},
		filenames:    []string{".bashrc", ".bash_profile", ".bash_aliases", ".profile", "PKGBUILD"},
		interpreters: []string{"sh", "bash", "dash", "ksh"},
		grammar:      grammar(bash.Language), query: "bash", mask: maskBash,
		doc: docSyntax{insert: comment, markup: plainDoc, line: []string{"#"}},
	},
	{
		ID: "lua", Name: "Lua", extensions: []string{".lua"}, interpreters: []string{"lua", "luajit"},
		grammar: grammar(lua.Language), query: "lua",
		doc:    docSyntax{insert: comment, markup: luaDoc, line: []string{"---", "--"}, block: []delimiters{{"--[[", "]]"}}},
		around: []delimiters{{"_ = {\n", "\n}"}},
	},
	{
		ID: "kotlin", Name: "Kotlin", extensions: []string{".kt", ".kts"},
		grammar: grammar(kotlin.Language), mask: maskContexts, query: "kotlin", lexis: kotlinLexis,
		doc:    javadoc.in(kdoc),
		around: []delimiters{inClass},
	},
	{
		ID: "scala", Name: "Scala", extensions: []string{".scala", ".sc", ".sbt"}, interpreters: []string{"scala"},
		grammar: grammar(scala.Language), mask: maskScala, query: "scala", lexis: scalaLexis, constructor: "this",
		doc:    javadoc.in(scaladoc),
		around: []delimiters{inClass},
	},
	{
		ID: "zig", Name: "Zig", extensions: []string{".zig"},
		grammar: grammar(zig.Language), query: "zig", lexis: zigLexis,
		doc: docSyntax{insert: comment, markup: markdownDoc, line: []string{"///"}, far: []string{"///"}},
	},
	{
		ID: "haskell", Name: "Haskell", extensions: []string{".hs"}, interpreters: []string{"runhaskell", "runghc", "stack"},
		grammar: grammar(haskell.Language), query: "haskell", clauses: true, mask: maskHaskell,
		doc: docSyntax{
			insert: comment, markup: haddock, line: []string{"-- |"}, continued: "--", block: []delimiters{{"{-|", "-}"}, {"{- |", "-}"}},
			far: []string{"-- |", "{-|", "{- |"},
		},
	},
	{
		ID: "ocaml", Name: "OCaml", extensions: []string{".ml"}, interpreters: []string{"ocaml"},
		grammar: grammar(ocaml.LanguageOCaml), mask: maskDeepComments, query: "ocaml",
		doc:    ocamldoc,
		around: []delimiters{{"let rec _f = ()\n", "\n"}, {"class c = object\n", "\nend\n"}},
	},
	{
		ID: "ocaml.interface", Name: "OCaml interface", extensions: []string{".mli"},
		grammar: grammar(ocaml.LanguageOCamlInterface), mask: maskDeepComments, query: "ocaml_interface",
		doc: ocamldoc,
	},
	{
		ID: "elixir", Name: "Elixir", extensions: []string{".ex", ".exs"}, interpreters: []string{"elixir"},
		grammar: grammar(elixir.Language), query: "elixir", clauses: true,
		doc: docSyntax{insert: attribute, markup: exdoc, block: []delimiters{
			{`@doc """`, `"""`}, {`@doc ~S"""`, `"""`}, {`@doc ~s"""`, `"""`}, {`@doc "`, `"`}, {`@doc ~S"`, `"`},
		}},
	},
}

var (
	// javadoc is the doc comment of Java and of the languages that took it over.
	javadoc = docSyntax{insert: block, markup: javadocDoc, block: []delimiters{{"/**", "*/"}}, far: []string{"/**"}}
	// doxygen has markers of its own, but any comment before a function of C
	// documents it.
	doxygen = docSyntax{
		insert: block,
		markup: doxygenDoc,
		line:   []string{"///", "//!", "//"},
		block:  []delimiters{{"/**", "*/"}, {"/*!", "*/"}, {"/*", "*/"}},
		far:    []string{"///", "//!", "/**", "/*!"},
	}
	inClass  = delimiters{"class C {\n", "\n}"}
	ocamldoc = docSyntax{insert: block, markup: odoc, block: []delimiters{{"(**", "*)"}}}
)

// grammar defers loading a grammar's tables to its first use.
func grammar(load func() unsafe.Pointer) func() *sitter.Language {
	return sync.OnceValue(func() *sitter.Language { return sitter.NewLanguage(load()) })
}
