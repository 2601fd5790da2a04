(identifier) @use
(field_identifier) @kept
(qualified_identifier name: (identifier) @kept)

(parameter_declaration declarator: (identifier) @declared)
(optional_parameter_declaration declarator: (identifier) @declared)
(variadic_declarator (identifier) @declared)
(pointer_declarator declarator: (identifier) @declared)
(reference_declarator (identifier) @declared)
(array_declarator declarator: (identifier) @declared)
(init_declarator declarator: (identifier) @declared)
(declaration declarator: (identifier) @declared)
(for_range_loop declarator: (identifier) @declared)
(structured_binding_declarator (identifier) @declared)
(lambda_capture_initializer left: (identifier) @declared)
