(function_definition name: (_) @name body: (_) @body) @function

; Function values bound to a name.
(val_definition pattern: (identifier) @name value: (lambda_expression) @body) @function

(class_definition name: (_) @name body: (_)? @body) @type
(object_definition name: (_) @name body: (_)? @body) @type
(trait_definition name: (_) @name body: (_)? @body) @type
(enum_definition name: (_) @name body: (_)? @body) @type
(given_definition return_type: (_) @name) @scope
(extension_definition parameters: (_) @name) @scope

[(comment) (block_comment)] @comment
(annotation) @annotation
[(string) (interpolated_string)] @string
