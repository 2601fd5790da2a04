[(simple_identifier) (interpolated_identifier) (type_identifier)] @use
(user_type (type_identifier) @kept)
(navigation_suffix (simple_identifier) @kept)
(value_argument (simple_identifier) @kept "=" (_))

(parameter . (simple_identifier) @declared)
(variable_declaration . (simple_identifier) @declared)
(catch_block . (simple_identifier) @declared)
(function_declaration (simple_identifier) @declared)
