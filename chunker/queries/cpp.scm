; The declarators wrap the name from the inside out: the name may be qualified,
; and the function may return a pointer or a reference. Where the grammar has lost
; its way, a statement may look like one.
((function_definition
  declarator: [
    (function_declarator declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name)
    (_ (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name))
    (pointer_declarator (pointer_declarator (function_declarator declarator: [(identifier) (field_identifier)] @name)))
    (function_declarator declarator: (template_function name: (_) @name))
    ; (max)(a, b), which keeps a macro of that name away.
    (function_declarator declarator: (parenthesized_declarator [(identifier) (field_identifier)] @name))
    (_ (function_declarator declarator: (parenthesized_declarator [(identifier) (field_identifier)] @name)))
  ]
  body: (_) @body) @function
  (#not-any-of? @name "if" "else" "for" "while" "do" "switch" "catch"))
(function_definition
  declarator: [
    (function_declarator declarator: (qualified_identifier name: [
      (identifier) @name
      (destructor_name) @name
      (operator_name) @name
      (template_function name: (_) @name)
      (qualified_identifier name: [(identifier) (destructor_name) (operator_name)] @name)
      (qualified_identifier name: (qualified_identifier name: [(identifier) (destructor_name) (operator_name)] @name))
    ]))
    (_ (function_declarator declarator: (qualified_identifier name: [
      (identifier) @name
      (operator_name) @name
      (qualified_identifier name: [(identifier) (operator_name)] @name)
    ])))
  ]
  body: (_) @body) @method
((function_definition
  declarator: (function_declarator declarator: [
    (qualified_identifier
      scope: [(namespace_identifier) @_class (template_type name: (_) @_class)]
      name: (identifier) @name)
    (qualified_identifier name: (qualified_identifier
      scope: [(namespace_identifier) @_class (template_type name: (_) @_class)]
      name: (identifier) @name))
  ])
  body: (_) @body) @constructor
  (#eq? @_class @name))

; What a macro defines, as maskMacros shows it.
(function_definition
  type: (primitive_type)
  declarator: (parenthesized_declarator [(identifier) (field_identifier)] @name)
  body: (_) @body) @function

; The class that a qualified name names last.
(function_definition
  declarator: [
    (function_declarator declarator: [
      (qualified_identifier
        scope: [(namespace_identifier) @container (template_type name: (_) @container)]
        name: [(identifier) @name (destructor_name) @name (operator_name) @name (template_function name: (_) @name)])
      (qualified_identifier name: (qualified_identifier
        scope: [(namespace_identifier) @container (template_type name: (_) @container)]
        name: [(identifier) (destructor_name) (operator_name)] @name))
      (qualified_identifier name: (qualified_identifier name: (qualified_identifier
        scope: [(namespace_identifier) @container (template_type name: (_) @container)]
        name: [(identifier) (destructor_name) (operator_name)] @name)))
    ])
    (_ (function_declarator declarator: [
      (qualified_identifier
        scope: [(namespace_identifier) @container (template_type name: (_) @container)]
        name: [(identifier) (operator_name)] @name)
      (qualified_identifier name: (qualified_identifier
        scope: [(namespace_identifier) @container (template_type name: (_) @container)]
        name: [(identifier) (operator_name)] @name))
    ]))
  ]) @method

; Function values bound to a name.
(declaration declarator: (init_declarator
  declarator: (identifier) @name
  value: (lambda_expression body: (_) @body))) @function
(assignment_expression
  left: [(identifier) @name (field_expression field: (field_identifier) @name)]
  right: (lambda_expression body: (_) @body)) @function
(initializer_pair
  designator: (field_designator (field_identifier) @name)
  value: (lambda_expression body: (_) @body)) @function
(field_declaration
  declarator: (field_identifier) @name
  default_value: (lambda_expression body: (_) @body)) @function

(class_specifier name: (_) @name body: (_) @body) @type
(struct_specifier name: (_) @name body: (_) @body) @type
(union_specifier name: (_) @name body: (_) @body) @type
(enum_specifier name: (_) @name body: (_) @body) @type
(type_definition type: (_ body: (_) @body) declarator: (type_identifier) @name) @type

(comment) @comment
[(attribute_specifier) (attribute_declaration)] @annotation
(template_declaration ["template" (template_parameter_list) (requires_clause)] @annotation)
(raw_string_literal) @string
