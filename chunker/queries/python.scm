(function_definition
  name: (_) @name
  body: (block . (expression_statement . (string) @docstring)?) @body) @function
(assignment left: [(identifier) @name (attribute attribute: (_) @name)] right: (lambda body: (_) @body)) @function

(class_definition
  name: (_) @name
  body: (block . (expression_statement . (string) @docstring)?) @body) @type

(comment) @comment
(decorator) @annotation
(string) @string
