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

; Tests of Kotest: test("adds") { }, "adds" { }, it("adds").config(...) { }.
((call_expression
  (simple_identifier) @_maker
  (call_suffix (value_arguments . (value_argument (string_literal) @name)) (annotated_lambda (lambda_literal) @body))) @test
  (#match? @_maker "^x?(?:test|it|should|expect)$"))
((call_expression
  (navigation_expression
    (call_expression (simple_identifier) @_maker (call_suffix (value_arguments . (value_argument (string_literal) @name))))
    (navigation_suffix (simple_identifier) @_config))
  (call_suffix (annotated_lambda (lambda_literal) @body))) @test
  (#match? @_maker "^x?(?:test|it|should|expect)$") (#eq? @_config "config"))
(call_expression (string_literal) @name (call_suffix (annotated_lambda (lambda_literal) @body))) @test

(class_declaration (type_identifier) @name [(class_body) (enum_class_body)]? @body) @type
(object_declaration (type_identifier) @name (class_body)? @body) @type
(enum_entry (simple_identifier) @name (class_body)) @scope
(companion_object "companion" @name) @nameless
(object_literal "object" @name) @nameless

[(line_comment) (multiline_comment)] @comment
(annotation) @annotation
(string_literal) @string
