(identifier) @use
(field_identifier) @kept
(keyed_element key: (literal_element (identifier) @kept))

(parameter_declaration name: (identifier) @declared)
(variadic_parameter_declaration name: (identifier) @declared)
(var_spec name: (identifier) @declared)
(const_spec name: (identifier) @declared)
(short_var_declaration left: (expression_list (identifier) @declared))
(assignment_statement left: (expression_list (identifier) @declared))
(range_clause left: (expression_list (identifier) @declared))
(receive_statement left: (expression_list (identifier) @declared))
(type_switch_statement alias: (expression_list (identifier) @declared))
