(identifier) @use
(field_identifier) @kept

(parameter_declaration declarator: (identifier) @declared)
(pointer_declarator declarator: (identifier) @declared)
(array_declarator declarator: (identifier) @declared)
(init_declarator declarator: (identifier) @declared)
(declaration declarator: (identifier) @declared)
