((call
  target: (identifier) @_def
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name (arguments) @parameters)
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
  ] .)
  (do_block) @body) @function
  (#any-of? @_def "def" "defp" "defmacro" "defmacrop"))
((call
  target: (identifier) @_def
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name (arguments) @parameters)
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
  ] . (keywords) @body)) @function
  (#any-of? @_def "def" "defp" "defmacro" "defmacrop"))

; Function values bound to a name.
(binary_operator left: (identifier) @name operator: "=" right: (anonymous_function) @body) @function

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
  (arguments [(boolean) (keywords) (binary_operator) (tuple) (string)]))) @annotation
  (#any-of? @_attribute "spec" "impl" "deprecated" "since" "dialyzer"))
((unary_operator operator: "@" operand: (call
  target: (identifier) @_attribute
  (arguments (boolean)))) @annotation
  (#eq? @_attribute "doc"))
[(string) (sigil)] @string
