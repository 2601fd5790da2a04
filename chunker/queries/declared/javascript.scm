[(identifier) (shorthand_property_identifier) (shorthand_property_identifier_pattern)] @use
[(property_identifier) (private_property_identifier)] @kept

(formal_parameters (identifier) @declared)
(arrow_function parameter: (identifier) @declared)
(shorthand_property_identifier_pattern) @declared
(assignment_pattern left: (identifier) @declared)
(pair_pattern value: (identifier) @declared)
(array_pattern (identifier) @declared)
(rest_pattern (identifier) @declared)
(variable_declarator name: (identifier) @declared)
(assignment_expression left: (identifier) @declared)
(augmented_assignment_expression left: (identifier) @declared)
(for_in_statement left: (identifier) @declared)
(catch_clause parameter: (identifier) @declared)
(function_declaration name: (identifier) @declared)
(generator_function_declaration name: (identifier) @declared)
