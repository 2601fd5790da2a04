package prompt

import "strings"

// maxLanguage bounds a language id in bytes. The longest that LSP registers
// is "javascriptreact".
const maxLanguage = 32

// modelLanguages maps the LSP ids for which models know another name.
var modelLanguages = map[string]string{
	"javascriptreact": "javascript",
	"typescriptreact": "typescript",
}

// language returns the name by which models know the LSP language id. Ids are
// whatever a client sends, so everything that could be more than a name, such
// as the end of a line or of a fence, is left out.
func language(id string) string {
	if name, ok := modelLanguages[id]; ok {
		return name
	}
	id = id[:min(len(id), maxLanguage)]
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("+-_.#", r):
			return r
		}
		return -1
	}, id)
}
