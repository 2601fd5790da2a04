(let_binding pattern: (_) @name . (parameter) body: (_) @body) @function
(method_definition (method_name) @name body: (_) @body) @method

; Function values bound to a name.
(let_binding
  pattern: (value_name) @name
  body: [(fun_expression) (function_expression)] @body) @function

(class_binding (class_name) @name body: (_) @body) @type
(type_binding name: (_) @name body: (_) @body) @type
(module_binding (module_name) @name) @module

(comment) @comment
(value_definition ["let" "rec" "and"] @prefix)
(type_definition ["type" "nonrec" "and"] @prefix)
(attribute) @annotation
[(string) (quoted_string)] @string
