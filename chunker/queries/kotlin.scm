(function_declaration (simple_identifier) @name (function_body) @body) @function
(getter "get" @name (function_body) @body) @function
(setter "set" @name (function_body) @body) @function
(secondary_constructor "constructor" @name ["{" "}"] @body) @constructor

; Function values bound to a name.
(property_declaration (variable_declaration (simple_identifier) @name) [(lambda_literal) (anonymous_function)] @body) @function
(assignment
  (directly_assignable_expression [(simple_identifier) @name (navigation_suffix (simple_identifier) @name)] .)
  "="
  [(lambda_literal) (anonymous_function)] @body) @function

(class_declaration (type_identifier) @name [(class_body) (enum_class_body)]? @body) @type
(object_declaration (type_identifier) @name (class_body)? @body) @type
(enum_entry (simple_identifier) @name (class_body)) @scope
(companion_object "companion" @name) @nameless
(object_literal "object" @name) @nameless

[(line_comment) (multiline_comment)] @comment
(annotation) @annotation
(string_literal) @string
