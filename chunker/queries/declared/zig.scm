(identifier) @use
(field_expression member: (identifier) @kept)

(parameter name: (identifier) @declared)
(payload (identifier) @declared)
(variable_declaration . (identifier) @declared)
