module github.com/gloss-lsp/gloss/chunker/coverage/listers/shell

go 1.26.0

require mvdan.cc/sh/v3 v3.13.1
