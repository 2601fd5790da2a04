(method_declaration name: (_) @name body: (_) @body) @method
(constructor_declaration name: (_) @name body: (_) @body) @constructor
(destructor_declaration name: (_) @name body: (_) @body) @method
(operator_declaration operator: _ @name body: (_) @body) @method
(conversion_operator_declaration type: (_) @name body: (_) @body) @method
(local_function_statement name: (_) @name body: (_) @body) @function
(accessor_declaration name: _ @name body: (_) @body) @method
(property_declaration name: (_) @name value: (arrow_expression_clause) @body) @method
(indexer_declaration "this" @name value: (arrow_expression_clause) @body) @method

; Function values bound to a name.
(field_declaration (variable_declaration (variable_declarator
  name: (_) @name
  [(lambda_expression body: (_) @body) (anonymous_method_expression (block) @body)]))) @function
(local_declaration_statement (variable_declaration (variable_declarator
  name: (_) @name
  [(lambda_expression body: (_) @body) (anonymous_method_expression (block) @body)]))) @function
(property_declaration name: (_) @name
  value: [(lambda_expression body: (_) @body) (anonymous_method_expression (block) @body)]) @function
(expression_statement (assignment_expression
  left: [(identifier) @name (member_access_expression name: (identifier) @name)]
  right: [(lambda_expression body: (_) @body) (anonymous_method_expression (block) @body)])) @function
(assignment_expression
  left: [(identifier) @name (member_access_expression name: (identifier) @name)]
  right: [(lambda_expression body: (_) @body) (anonymous_method_expression (block) @body)]) @function

(class_declaration name: (_) @name body: (_) @body) @type
(struct_declaration name: (_) @name body: (_) @body) @type
(interface_declaration name: (_) @name body: (_) @body) @type
(enum_declaration name: (_) @name body: (_) @body) @type
(record_declaration name: (_) @name body: (_) @body) @type

(comment) @comment
(attribute_list) @annotation
[(verbatim_string_literal) (raw_string_literal) (interpolated_string_expression)] @string
