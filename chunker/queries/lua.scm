(function_declaration
  name: [(identifier) @name (dot_index_expression field: (_) @name)]
  body: (_)? @body) @function
(function_declaration name: (method_index_expression
  table: [(identifier) @container (dot_index_expression field: (_) @container)]
  method: (_) @name) body: (_)? @body) @method

; Function values bound to a name.
(variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name . (attribute)? .)
  (expression_list . value: (function_definition body: (_)? @body) .))) @function
(assignment_statement
  (variable_list . name: [
    (identifier) @name
    (dot_index_expression field: (_) @name)
    (bracket_index_expression field: (string content: (_) @name))] .)
  (expression_list . value: (function_definition body: (_)? @body) .)) @function
(field
  name: (string content: (_) @name)
  value: (function_definition body: (_)? @body)) @function
((field
  name: (identifier) @name
  value: (function_definition body: (_)? @body)) @function
  (#not-match? @function "^\\[")) ; [name] is what the variable holds

; Tests: it("adds", function() end).
((function_call
  name: (identifier) @_maker
  arguments: (arguments . (string) @name (function_definition body: (_)? @body))) @test
  (#any-of? @_maker "it" "test" "spec" "pending"))

(comment) @comment
(string) @string
