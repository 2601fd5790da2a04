(let_binding
  pattern: [(value_name) (parenthesized_operator)] @name
  . (abstract_type)* . (parameter)
  body: (_) @body
  (#not-eq? @name "_")) @function
(method_definition (method_name) @name body: (_) @body) @method

; Function values bound to a name.
(let_binding
  pattern: [(value_name) (parenthesized_operator)] @name
  body: [
    (fun_expression)
    (function_expression)
    (parenthesized_expression [(fun_expression) (function_expression)])
  ] @body
  (#not-eq? @name "_")) @function

; Tests: let%test "adds" = ..., let%expect_test "adds" = ...
((value_definition
  (attribute_id) @_maker
  (let_binding pattern: (string) @name body: (_) @body)) @test
  (#match? @_maker "test"))

(class_binding (class_name) @name body: (_) @body) @type
(type_binding name: (_) @name body: (_) @body) @type
((module_binding (module_name) @name) @module
  (#not-eq? @name "_"))

(comment) @comment
(value_definition ["let" "rec" "and"] @prefix)
(type_definition ["type" "nonrec" "and"] @prefix)
(attribute) @suffix
[(string) (quoted_string)] @string
