; An interface has no bodies, so no functions.
(type_binding name: (_) @name body: (_) @body) @type

(comment) @comment
(type_definition ["type" "nonrec" "and"] @prefix)
