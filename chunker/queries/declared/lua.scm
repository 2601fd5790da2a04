(identifier) @use
(dot_index_expression field: (identifier) @kept)
(method_index_expression method: (identifier) @kept)
(field name: (identifier) @kept)

(parameters name: (identifier) @declared)
(variable_list name: (identifier) @declared)
(for_numeric_clause name: (identifier) @declared)
(function_declaration name: (identifier) @declared)
