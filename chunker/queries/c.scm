; Where the grammar has lost its way, a statement may look like a function.
((function_definition
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator (function_declarator declarator: (identifier) @name))
    (pointer_declarator (pointer_declarator (function_declarator declarator: (identifier) @name)))
    ; A function that returns a pointer to a function.
    (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))))
    (function_declarator declarator: (parenthesized_declarator (identifier) @name))
    (pointer_declarator (function_declarator declarator: (parenthesized_declarator (identifier) @name)))
  ]
  body: (_) @body) @function
  (#not-any-of? @name "if" "else" "for" "while" "do" "switch"))

; What a macro defines, as maskMacros shows it.
(function_definition
  type: (primitive_type)
  declarator: (parenthesized_declarator (identifier) @name)
  body: (_) @body) @function

(struct_specifier name: (_) @name body: (_) @body) @type
(union_specifier name: (_) @name body: (_) @body) @type
(enum_specifier name: (_) @name body: (_) @body) @type
(type_definition type: (_ body: (_) @body) declarator: (type_identifier) @name) @type

(comment) @comment
[(attribute_specifier) (attribute_declaration)] @annotation
