(function_definition name: (_) @name body: (_) @body) @function
; The grammar ends an expression after an operator that ends a line.
((function_definition name: (_) @name body: (postfix_expression) @body) @function
  . (postfix_expression)* @rest . (expression) @rest)

; Function values bound to a name.
(val_definition pattern: (identifier) @name value: [
  (lambda_expression) (case_block) (block . (lambda_expression)) (indented_block . (lambda_expression))
] @body) @function
(var_definition pattern: (identifier) @name value: [
  (lambda_expression) (case_block) (block . (lambda_expression)) (indented_block . (lambda_expression))
] @body) @function
; In (arguments) it would name a parameter.
(block (assignment_expression
  left: [(identifier) @name (field_expression field: (identifier) @name)]
  right: [(lambda_expression) (case_block) (block . (lambda_expression))] @body) @function)
(indented_block (assignment_expression
  left: [(identifier) @name (field_expression field: (identifier) @name)]
  right: [(lambda_expression) (case_block) (block . (lambda_expression))] @body) @function)
(template_body (assignment_expression
  left: [(identifier) @name (field_expression field: (identifier) @name)]
  right: [(lambda_expression) (case_block) (block . (lambda_expression))] @body) @function)

; Tests of munit and ScalaTest: test("adds") { }, property("adds") { },
; "Sums" should "add" in { }.
((call_expression
  function: (call_expression
    function: (identifier) @_maker
    arguments: (arguments . [(string) @name (field_expression value: (string) @name)]))
  arguments: (block) @body) @test
  (#any-of? @_maker "test" "it" "property" "scenario" "testAsync"))
((infix_expression
  left: [(string) @name (infix_expression right: (string) @name)]
  operator: (identifier) @_in
  right: (block) @body) @test
  (#any-of? @_in "in" "ignore"))

(class_definition name: (_) @name body: (_)? @body) @type
(object_definition name: (_) @name body: (_)? @body) @type
(trait_definition name: (_) @name body: (_)? @body) @type
(enum_definition name: (_) @name body: (_)? @body) @type
(given_definition return_type: (_) @name) @scope
(extension_definition parameters: (_) @name) @scope

[(comment) (block_comment)] @comment
(annotation) @annotation
[(string) (interpolated_string)] @string
