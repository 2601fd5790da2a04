(identifier) @use
(call target: (identifier) @kept)
(dot right: (identifier) @kept)
(unary_operator operator: "@" operand: (identifier) @kept)

((call
  target: (identifier) @_def
  (arguments . [
    (call (arguments) @declared)
    (binary_operator left: (call (arguments) @declared) operator: "when")
  ]))
  (#any-of? @_def "def" "defp" "defmacro" "defmacrop"))
(stab_clause left: (arguments) @declared)
(stab_clause left: (binary_operator left: (arguments) @declared operator: "when"))
(binary_operator left: (_) @declared operator: "=")
(binary_operator left: (_) @declared operator: "<-")
