((call
  target: (identifier) @_def
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name (arguments) @parameters)
    (binary_operator operator: _ @name) @parameters
    (unary_operator operator: _ @name) @parameters
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
    (binary_operator left: (binary_operator operator: _ @name) @parameters operator: "when")
    (binary_operator left: (unary_operator operator: _ @name) @parameters operator: "when")
  ] .)
  (do_block) @body) @function
  (#any-of? @_def "def" "defp" "defmacro" "defmacrop")
  (#not-any-of? @name "when" "unquote"))
((call
  target: (identifier) @_def
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name (arguments) @parameters)
    (binary_operator operator: _ @name) @parameters
    (unary_operator operator: _ @name) @parameters
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
    (binary_operator left: (binary_operator operator: _ @name) @parameters operator: "when")
    (binary_operator left: (unary_operator operator: _ @name) @parameters operator: "when")
  ] . (keywords) @body)) @function
  (#any-of? @_def "def" "defp" "defmacro" "defmacrop")
  (#not-any-of? @name "when" "unquote"))
((call
  target: (identifier) @_def
  (arguments . (binary_operator
    left: (call target: (identifier) @name (arguments) @parameters)
    operator: "when"
    right: (_) @body) .)) @function
  (#any-of? @_def "defguard" "defguardp"))

; Function values bound to a name.
(binary_operator left: (identifier) @name operator: "=" right: (anonymous_function) @body) @function

; Tests: test "adds", %{a: a} do ... end
((call target: (identifier) @_maker (arguments . (string) @name) (do_block) @body) @test
  (#any-of? @_maker "test" "property"))

((call target: (identifier) @_def (arguments . (alias) @name) (do_block) @body) @type
  (#any-of? @_def "defprotocol" "defstruct"))
((call target: (identifier) @_def (arguments . (alias) @name) (do_block)) @module
  (#any-of? @_def "defmodule" "defimpl"))

(comment) @comment
((unary_operator operator: "@" operand: (call
  target: (identifier) @_attribute
  (arguments [(string) (sigil)]))) @doc
  (#eq? @_attribute "doc"))
((unary_operator operator: "@" operand: (call
  target: (identifier) @_attribute
  (arguments (_)))) @annotation
  (#any-of? @_attribute "spec" "impl" "deprecated" "since"))
((unary_operator operator: "@" operand: (call
  target: (identifier) @_attribute
  (arguments (tuple)))) @annotation
  (#eq? @_attribute "dialyzer"))
((unary_operator operator: "@" operand: (call
  target: (identifier) @_attribute
  (arguments [(boolean) (keywords) (binary_operator) (identifier) (unary_operator) (call)]))) @annotation
  (#eq? @_attribute "doc"))
[(string) (sigil)] @string
