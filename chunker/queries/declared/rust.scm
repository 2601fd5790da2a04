[(identifier) (shorthand_field_identifier)] @use
(field_identifier) @kept
(lifetime (identifier) @kept)
(scoped_identifier name: (identifier) @kept)
(macro_invocation macro: (identifier) @kept)
; In a pattern, a capital letter means a constant or a variant.
((identifier) @kept (#match? @kept "^[A-Z]"))

(parameter pattern: (_) @declared)
(closure_parameters [(identifier) (tuple_pattern) (reference_pattern) (mut_pattern) (tuple_struct_pattern) (struct_pattern)] @declared)
(let_declaration pattern: (_) @declared)
(let_condition pattern: (_) @declared)
(for_expression pattern: (_) @declared)
(match_pattern . (_) @declared)
(function_item name: (identifier) @declared)
