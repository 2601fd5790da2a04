[(value_name) (value_pattern)] @use
(labeled_argument . (label_name) @use .)
(value_path (module_path) (value_name) @kept)
(method_name) @kept

(value_pattern) @declared
(let_binding pattern: (_) @declared)
