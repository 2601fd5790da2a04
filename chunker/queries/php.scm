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

(class_declaration name: (_) @name body: (_) @body) @type
(interface_declaration name: (_) @name body: (_) @body) @type
(trait_declaration name: (_) @name body: (_) @body) @type
(enum_declaration name: (_) @name body: (_) @body) @type

(comment) @comment
(attribute_list) @annotation
[(string) (encapsed_string) (heredoc) (nowdoc)] @string
