(identifier) @use
(field_expression field: (identifier) @kept)
(arguments (assignment_expression left: (identifier) @kept))
(interpolated_string_expression interpolator: (identifier) @kept)
; In a pattern, a capital letter means a constant.
((identifier) @kept (#match? @kept "^[A-Z]"))

(parameter name: (identifier) @declared)
(binding name: (identifier) @declared)
(lambda_expression parameters: (identifier) @declared)
(val_definition pattern: (_) @declared)
(var_definition pattern: (_) @declared)
(enumerator . (_) @declared)
(case_clause pattern: (_) @declared)
(function_definition name: (identifier) @declared)
