(variable_name (name) @use)
(method_declaration name: (name) @kept)
(function_definition name: (name) @kept)
(function_call_expression function: (name) @kept)
(member_call_expression name: (name) @kept)
(scoped_call_expression name: (name) @kept)

; A variable of PHP is local unless it says otherwise.
(variable_name (name) @declared)
