package chunker

// luaDoc is the markup of LDoc and of the annotations that LuaCATS made of it.
var luaDoc = blockMarkup{part: luaPart, inline: &constructs{
	'`': {codeSpan}, '@': {luaReference}, '[': {link}, '!': {image}, '<': {autoLink, htmlElement},
	'*': {emphasis}, '_': {emphasis}, '&': {entity},
}}

var luaModules = words("module mod script file meta submodule")

func luaPart(line string) (part, string) {
	switch name := tagName(line); {
	case name == "":
		return markdownPart(line)
	case summaryTags[name]:
		return summary, afterTag(line, name)
	case luaModules[name]:
		return rest, ""
	}
	return field, ""
}

// luaReference reads @{target|label}.
func luaReference(r *inlineReader, s string, at int) int {
	if at+1 == len(s) || s[at+1] != '{' {
		return at
	}
	end := balanced(s, at+1)
	if end == at+1 {
		return at
	}
	target, label := splitLabel(s[at+2 : end-1])
	if label == "" {
		r.code(target)
	} else {
		r.read(label)
	}
	return end
}
