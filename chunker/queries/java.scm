(method_declaration name: (_) @name body: (_) @body) @method
(constructor_declaration name: (_) @name body: (_) @body) @constructor
(compact_constructor_declaration name: (_) @name body: (_) @body) @constructor

; Function values bound to a name.
(field_declaration declarator: (variable_declarator name: (_) @name value: (lambda_expression body: (_) @body))) @function
(constant_declaration declarator: (variable_declarator name: (_) @name value: (lambda_expression body: (_) @body))) @function
(local_variable_declaration declarator: (variable_declarator name: (_) @name value: (lambda_expression body: (_) @body))) @function
(expression_statement (assignment_expression
  left: [(identifier) @name (field_access field: (identifier) @name)]
  right: (lambda_expression body: (_) @body))) @function

(class_declaration name: (_) @name body: (_) @body) @type
(interface_declaration name: (_) @name body: (_) @body) @type
(enum_declaration name: (_) @name body: (_) @body) @type
(record_declaration name: (_) @name body: (_) @body) @type

[(line_comment) (block_comment)] @comment
[(annotation) (marker_annotation)] @annotation
(string_literal (multiline_string_fragment)) @string
