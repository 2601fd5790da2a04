(identifier) @use
(user_type (identifier) @kept)
(navigation_expression (_) (identifier) @kept .)
(value_argument (identifier) @kept "=" (_))

(parameter . (identifier) @declared)
(variable_declaration . (identifier) @declared)
(catch_block . (identifier) @declared)
(function_declaration name: (identifier) @declared)
