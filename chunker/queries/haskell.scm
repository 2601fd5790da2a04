(function name: (_) @name match: (_) @body) @function
(function (infix operator: (_) @name) match: (_) @body) @function

; Function values and actions bound to a name.
(bind
  name: (_) @name
  match: (match expression: [(lambda) (lambda_case) (do)]) @body) @function

(class name: (_) @name) @type
(data_type name: (_) @name) @type
(newtype name: (_) @name) @type
(instance name: (_) @name) @scope

[(comment) (haddock) (pragma)] @comment
(signature) @signature
