(function_item name: (_) @name body: (_) @body) @function
(let_declaration pattern: (identifier) @name value: (closure_expression body: (_) @body)) @function

(struct_item name: (_) @name body: (_) @body) @type
(enum_item name: (_) @name body: (_) @body) @type
(union_item name: (_) @name body: (_) @body) @type
(trait_item name: (_) @name body: (_) @body) @type
(impl_item type: (_) @name body: (_) @body) @scope

[(line_comment) (block_comment)] @comment
(attribute_item) @annotation
[(string_literal) (raw_string_literal)] @string
