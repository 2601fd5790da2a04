(function_declaration name: (_) @name (function_body) @body) @function
(secondary_constructor "constructor" @name (block) @body) @constructor

; Function values bound to a name.
(property_declaration (variable_declaration (identifier) @name) [(lambda_literal) (anonymous_function)] @body) @function

(class_declaration name: (_) @name [(class_body) (enum_class_body)]? @body) @type
(object_declaration name: (_) @name (class_body)? @body) @type
(companion_object "companion" @name) @nameless

[(line_comment) (block_comment)] @comment
(annotation) @annotation
(multiline_string_literal) @string
