(function_declaration name: (_) @name body: (_) @body) @function
(method_declaration name: (_) @name body: (_) @body) @method
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @container
    (generic_type type: (_) @container)
    (pointer_type [(type_identifier) @container (generic_type type: (_) @container)])
  ]))
  name: (_) @name) @method

; Function values bound to a name.
(var_declaration . (var_spec
  . name: (identifier) @name
  value: (expression_list . (func_literal body: (_) @body) .)) .) @function
(var_spec
  . name: (identifier) @name
  value: (expression_list . (func_literal body: (_) @body) .)) @function
(short_var_declaration
  left: (expression_list . (identifier) @name .)
  right: (expression_list . (func_literal body: (_) @body) .)) @function
(assignment_statement
  left: (expression_list . [
    (identifier) @name
    (selector_expression field: (_) @name)
    (index_expression index: [
      (interpreted_string_literal) @name
      (raw_string_literal (_) @name)
      (int_literal) @name])
  ] .)
  right: (expression_list . (func_literal body: (_) @body) .)) @function
(keyed_element
  key: (literal_element [
    (identifier) @name
    (selector_expression field: (_) @name)
    (interpreted_string_literal) @name
    (raw_string_literal (_) @name)
    (int_literal) @name])
  value: (literal_element (func_literal body: (_) @body))) @function

(type_declaration . (type_spec name: (_) @name type: [(struct_type) (interface_type)] @body) .) @type
(type_spec name: (_) @name type: [(struct_type) (interface_type)] @body) @type

(comment) @comment
(raw_string_literal) @string
