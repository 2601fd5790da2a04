[(identifier) (implicit_parameter)] @use
(_ type: (identifier) @kept)
(member_access_expression name: (identifier) @kept)
(member_binding_expression name: (identifier) @kept)
(argument name: (identifier) @kept)
(generic_name (identifier) @kept)
(qualified_name (identifier) @kept)

(parameter name: (identifier) @declared)
(parameter_list name: (identifier) @declared)
(implicit_parameter) @declared
(variable_declarator name: (identifier) @declared)
(tuple_pattern name: (identifier) @declared)
(foreach_statement left: (identifier) @declared)
(catch_declaration name: (identifier) @declared)
(declaration_expression name: (identifier) @declared)
(declaration_pattern name: (identifier) @declared)
(from_clause name: (identifier) @declared)
(local_function_statement name: (identifier) @declared)
