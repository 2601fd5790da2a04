(method name: (_) @name body: (_)? @body) @function
(singleton_method name: (_) @name body: (_)? @body) @method

; Function values bound to a name.
(assignment left: [(identifier) (constant) (instance_variable)] @name right: (lambda body: (_) @body)) @function
((assignment
  left: [(identifier) (constant) (instance_variable)] @name
  right: (call method: (identifier) @_maker block: (_) @body)) @function
  (#any-of? @_maker "lambda" "proc"))
((assignment
  left: [(identifier) (constant) (instance_variable)] @name
  right: (call receiver: (constant) @_class method: (identifier) @_new block: (_) @body)) @function
  (#eq? @_class "Proc") (#eq? @_new "new"))
((call
  method: (identifier) @_maker
  arguments: (argument_list . (simple_symbol) @name .)
  block: (_) @body) @function
  (#any-of? @_maker "define_method" "define_singleton_method"))

; Tests: it "adds" do ... end.
((call
  !receiver
  method: (identifier) @_maker
  arguments: (argument_list . (string) @name)
  block: (_) @body) @test
  (#any-of? @_maker "it" "fit" "xit" "test" "specify" "fspecify" "xspecify" "example" "fexample" "xexample" "scenario" "fscenario" "xscenario"))

(class name: (_) @name) @type
(module name: (_) @name) @type
(singleton_class value: (_) @name) @nameless

(comment) @comment
; A modifier before a method is a call with the method as its argument.
((call !receiver method: (identifier) @annotation arguments: (argument_list . [(method) (singleton_method)] .))
  (#any-of? @annotation "private" "protected" "public" "module_function" "private_class_method" "memoize"))
[(string) (heredoc_body)] @string
