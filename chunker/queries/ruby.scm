(method name: (_) @name body: (_)? @body) @function
(singleton_method name: (_) @name body: (_)? @body) @method

; Function values bound to a name.
((assignment
  left: [
    (identifier) @name
    (constant) @name
    (instance_variable) @name
    (class_variable) @name
    (global_variable) @name
    (call receiver: (_) method: (_) @name)
    (element_reference object: (_) . [(simple_symbol) (string)] @name .)]
  right: [
    (lambda body: (_) @body)
    (call !receiver method: (identifier) @_maker block: (_) @body)
    (call receiver: (constant) @_maker method: (identifier) @_new block: (_) @body)]) @function
  (#any-of? @_maker "lambda" "proc" "Proc") (#eq? @_new "new"))
((operator_assignment
  left: [
    (identifier) @name
    (constant) @name
    (instance_variable) @name
    (class_variable) @name
    (global_variable) @name
    (call receiver: (_) method: (_) @name)
    (element_reference object: (_) . [(simple_symbol) (string)] @name .)]
  right: [
    (lambda body: (_) @body)
    (call !receiver method: (identifier) @_maker block: (_) @body)
    (call receiver: (constant) @_maker method: (identifier) @_new block: (_) @body)]) @function
  (#any-of? @_maker "lambda" "proc" "Proc") (#eq? @_new "new"))
((pair
  key: [(hash_key_symbol) (simple_symbol) (string)] @name
  value: [
    (lambda body: (_) @body)
    (call !receiver method: (identifier) @_maker block: (_) @body)
    (call receiver: (constant) @_maker method: (identifier) @_new block: (_) @body)]) @function
  (#any-of? @_maker "lambda" "proc" "Proc") (#eq? @_new "new"))
((call
  method: (identifier) @_maker
  arguments: (argument_list . [(simple_symbol) (string . (string_content) .)] @name .)
  block: (_) @body) @function
  (#any-of? @_maker "define_method" "define_singleton_method"))
((call
  method: (identifier) @_send
  arguments: (argument_list . (simple_symbol) @_maker . [(simple_symbol) (string . (string_content) .)] @name .)
  block: (_) @body) @function
  (#any-of? @_send "send" "__send__" "public_send") (#any-of? @_maker ":define_method" ":define_singleton_method"))

; Tests: it "adds" do ... end.
((call
  !receiver
  method: (identifier) @_maker
  arguments: (argument_list . (string) @name)
  block: (_) @body) @test
  (#any-of? @_maker "it" "fit" "xit" "test" "specify" "fspecify" "xspecify" "example" "fexample" "xexample" "scenario" "fscenario" "xscenario"))

(class name: (_) @name) @type
(module name: (_) @name) @type
((assignment
  left: (constant) @name
  right: (call receiver: (constant) @_class method: (identifier) @_new block: (_) @body)) @type
  (#any-of? @_class "Class" "Module" "Struct" "Data") (#any-of? @_new "new" "define"))
(singleton_class value: (_) @name) @nameless

(comment) @comment
; A modifier before a method is a call with the method as its argument.
((call !receiver method: (identifier) @annotation arguments: (argument_list . [(method) (singleton_method)] .))
  (#any-of? @annotation "private" "protected" "public" "module_function" "private_class_method" "memoize"))
[(string) (heredoc_body)] @string
