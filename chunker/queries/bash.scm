((function_definition name: (_) @name body: (_) @body) @function
  (#not-match? @name "^@test\\b"))
; A test of Bats, which maskTests makes a function.
((function_definition name: (_) @name body: (_) @body) @test
  (#match? @name "^@test\\b"))

(comment) @comment
[(string) (raw_string) (heredoc_redirect)] @string
