(function_definition name: (_) @name body: (_) @body) @function
(method_declaration name: (_) @name body: (_) @body) @method

; Function values bound to a name.
(expression_statement (assignment_expression
  left: [(variable_name (name) @name) (member_access_expression name: (name) @name)]
  right: [
    (anonymous_function body: (_) @body) (arrow_function body: (_) @body)
    (parenthesized_expression [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)])
  ])) @function
(assignment_expression
  left: [(variable_name (name) @name) (member_access_expression name: (name) @name)]
  right: [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)]) @function
(array_element_initializer
  . [(encapsed_string (string_content) @name) (string (string_content) @name)]
  [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)]) @function

; Tests of Pest: it('adds', function () { }), test('adds', fn () => 1).
((function_call_expression
  function: (name) @_maker
  arguments: (arguments
    . (argument [(encapsed_string) (string)] @name)
    . (argument [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)]))) @test
  (#any-of? @_maker "it" "test" "todo"))

(class_declaration name: (_) @name body: (_) @body) @type
(interface_declaration name: (_) @name body: (_) @body) @type
(trait_declaration name: (_) @name body: (_) @body) @type
(enum_declaration name: (_) @name body: (_) @body) @type

(comment) @comment
(attribute_list) @annotation
[(string) (encapsed_string) (heredoc) (nowdoc)] @string
