((function name: (variable) @name match: (_) @body) @function
  (#not-any-of? @name "infix" "infixl" "infixr"))
(function name: (prefix_id (_) @name) match: (_) @body) @function
(function (infix operator: [(operator) @name (infix_id (_) @name)]) match: (_) @body) @function
(function (function_head_parens (infix operator: [(operator) @name (infix_id (_) @name)])) match: (_) @body) @function
(function (function_head_parens name: (variable) @name) match: (_) @body) @function

; Function values and actions bound to a name, or what the signature says is one.
(bind
  name: [(variable) @name (prefix_id (_) @name)]
  match: (match expression: [(lambda) (lambda_case) (do)]) @body) @function
(bind name: [(variable) @name (prefix_id (_) @name)] match: (_) @body) @value

; A function of its own "where" bound to a name.
((bind
  name: [(variable) @name (prefix_id (_) @name)]
  match: (match expression: (variable) @_value) @body
  binds: (local_binds (function name: (variable) @_local))) @function
  (#eq? @_value @_local))

(class name: (_) @name) @type
(data_type name: (_) @name) @type
(newtype name: (_) @name) @type
(instance name: (_) @name) @scope

[(comment) (haddock) (pragma)] @comment
[(signature) (default_signature)] @signature
(cpp) @directive
