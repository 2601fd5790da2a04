(function_definition
  name: (_) @name
  body: (block . (expression_statement . (string) @docstring)?) @body) @function
; Function values bound to a name.
(assignment
  left: [
    (identifier) @name
    (attribute attribute: (_) @name)
    (subscript subscript: [(string) (integer)] @name)]
  right: [
    (lambda body: (_) @body)
    (parenthesized_expression (lambda body: (_) @body))]) @function
(pair key: [(string) (integer)] @name value: [
  (lambda body: (_) @body)
  (parenthesized_expression (lambda body: (_) @body))]) @function

(class_definition
  name: (_) @name
  body: (block . (expression_statement . (string) @docstring)?) @body) @type

(comment) @comment
(decorator) @annotation
(string) @string
