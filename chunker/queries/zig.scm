(function_declaration name: (_) @name body: (_) @body) @function
(test_declaration [(string) (identifier)] @name (block) @body) @test

(variable_declaration
  (identifier) @name
  [(struct_declaration) (union_declaration) (enum_declaration) (opaque_declaration)] @body) @type
; Types are expressions and may stand anywhere.
[(struct_declaration) (union_declaration) (enum_declaration) (opaque_declaration)] @nameless @name

(comment) @comment
