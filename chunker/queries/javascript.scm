(function_declaration name: (_) @name body: (_) @body) @function
(generator_function_declaration name: (_) @name body: (_) @body) @function
(method_definition name: (_) @name body: (_) @body) @method

; Function values bound to a name.
(lexical_declaration . (variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
    (parenthesized_expression) @value]) .) @function
(variable_declaration . (variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
    (parenthesized_expression) @value]) .) @function
(variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
    (parenthesized_expression) @value]) @function
(expression_statement (assignment_expression
  left: [
    (identifier) @name
    (member_expression property: (_) @name)
    (subscript_expression index: [(string) (number)] @name)]
  right: [
    (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
    (parenthesized_expression) @value])) @function
(assignment_expression
  left: [
    (identifier) @name
    (member_expression property: (_) @name)
    (subscript_expression index: [(string) (number)] @name)]
  right: [
    (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
    (parenthesized_expression) @value]) @function
(pair
  key: (_) @name
  value: [
    (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
    (parenthesized_expression) @value]) @method
(field_definition
  property: (_) @name
  value: [
    (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
    (parenthesized_expression) @value]) @method
(export_statement
  "default" @name
  value: [
    (arrow_function body: (_) @body) (function_expression !name body: (_) @body) (generator_function !name body: (_) @body)
    (parenthesized_expression [(arrow_function body: (_) @body) (function_expression !name body: (_) @body) (generator_function !name body: (_) @body)])]) @function

; Function expressions with a name of their own. What they are bound to counts
; first: it has the same body and is wider.
(function_expression name: (_) @name body: (_) @body) @function
(generator_function name: (_) @name body: (_) @body) @function

; Tests: it('adds', () => {}), test.only('adds', ...), test.each(rows)('adds %i', ...),
; t.test('adds', ...), it('adds', inject([], () => {})).
((expression_statement (call_expression
  function: (_) @_maker
  arguments: (arguments . [(string) (template_string)] @name [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
    (call_expression arguments: (arguments [
      (arrow_function body: (_) @body)
      (function_expression body: (_) @body)
      (generator_function body: (_) @body)]))]))) @test
  (#match? @_maker "^(?:\\w+\\.)?[fx]?(?:it|test|specify)(?:\\.(?:only|skip|todo|fails|failing|fixme|slow|serial|sequential|concurrent|step))*(?:\\.(?:each|for|prop)\\b(?s:.*))?$"))
((call_expression
  function: (_) @_maker
  arguments: (arguments . [(string) (template_string)] @name [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
    (call_expression arguments: (arguments [
      (arrow_function body: (_) @body)
      (function_expression body: (_) @body)
      (generator_function body: (_) @body)]))])) @test
  (#match? @_maker "^(?:\\w+\\.)?[fx]?(?:it|test|specify)(?:\\.(?:only|skip|todo|fails|failing|fixme|slow|serial|sequential|concurrent|step))*(?:\\.(?:each|for|prop)\\b(?s:.*))?$"))

(class_declaration name: (_) @name body: (_) @body) @type
(variable_declarator name: (identifier) @name value: [
    (class body: (_) @body)
    (parenthesized_expression) @value]) @type
(assignment_expression
  left: [
    (identifier) @name
    (member_expression property: (_) @name)
    (subscript_expression index: [(string) (number)] @name)]
  right: [
    (class body: (_) @body)
    (parenthesized_expression) @value]) @type
(class name: (_) @name body: (_) @body) @type
(export_statement "default" @name value: (class !name body: (_) @body)) @type

(comment) @comment
(decorator) @annotation
(export_statement ["export" "default"] @annotation)
(template_string) @string
