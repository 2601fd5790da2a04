(variable) @use
(field_name (variable) @kept)
(qualified id: (variable) @kept)

(patterns) @declared
(bind name: (variable) @declared)
(bind pattern: (_) @declared)
(generator pattern: (_) @declared)
(alternative pattern: (_) @declared)
(function name: (variable) @declared)
