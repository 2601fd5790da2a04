package settings

import "github.com/gloss-lsp/gloss/models/lazyregexp"

// inURL matches the user and the password in URLs, also in those that are none
// because of them.
var inURL = lazyregexp.New(`//[^\s"\]]*@`)

// WithoutPassword returns s, for a log or a screen, without the users and
// passwords of the URLs in it. No URL of the settings may hold any; what refuses
// them comes after what quotes them.
func WithoutPassword(s string) string { return inURL.ReplaceAllString(s, "//…@") }
