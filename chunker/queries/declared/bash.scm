(variable_name) @use
(command_name (word) @kept)
(function_definition name: (word) @kept)

(variable_assignment name: (variable_name) @declared)
(declaration_command (variable_name) @declared)
(for_statement variable: (variable_name) @declared)
((command name: (command_name (word) @_command) argument: (word) @declared)
  (#any-of? @_command "read" "mapfile" "readarray"))
