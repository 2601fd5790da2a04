package naming

import (
	"slices"
	"strings"
	"unicode"

	"github.com/gloss-lsp/gloss/inference/english"
)

// acronyms are written in capitals.
var acronyms = english.NewSet(`
	abi acl aes ai api arp ascii aws bios bom cdn cgi ci cidr cli cn cors cpu crc crl csp csrf
	css csv dag dao db dbms dma dns dom dpi dsl dto elf eof fbo ffi fifo fps ftp gc gcs gid gif
	gpg gps gpio gpu grpc gui hal hdmi hid hmac hsl hsv html http https i2c icmp icu id ide
	idl imap io iot ip ipc irq iso jit jni jpeg jpg json jsx jvm jwk jwt ldap led lfs lru
	lsp mac mdns mfa mime mmu mqtt mtu nan nat nfs ntp odbc oid oom orm os otp pci pcm pdf pem
	pgp pid pin png ppp pwm qos qr ram rdf rest rgb rgba rng rom rpc rsa rss rtc rtp rtt
	sasl scsi sdk sdl sha smtp snmp spi sql ssa ssh ssl sso svg tcp tftp tga tls toml tsv ttl
	tty ttf uart udp ui uid uri url urn usb utc utf uuid uv ux vao vbo vcs vfs vlan vm vpn
	vr wal wgpu wsgi wss xhr xml xmpp xsd xslt xss yaml
	utf8 utf16 utf32 sha1 sha256 sha512 md5 2d 3d`)

// written says how words are spelled that are neither acronyms nor in lower case.
var written = map[string]string{
	"oauth": "OAuth", "oauth2": "OAuth2", "github": "GitHub", "gitlab": "GitLab", "ipv4": "IPv4", "ipv6": "IPv6", "utf8": "UTF-8", "utf16": "UTF-16",
	"javascript": "JavaScript", "typescript": "TypeScript", "macos": "macOS", "ios": "iOS", "mysql": "MySQL",
	"sqlite": "SQLite", "graphql": "GraphQL", "postgresql": "PostgreSQL", "ids": "IDs", "urls": "URLs",
	"uris": "URIs", "apis": "APIs", "uuids": "UUIDs", "pids": "PIDs", "ips": "IPs", "cpus": "CPUs", "gpus": "GPUs", "uids": "UIDs", "vms": "VMs", "dbs": "DBs",
	"sha256": "SHA-256", "sha1": "SHA-1", "sha512": "SHA-512", "utf32": "UTF-32", "nan": "NaN",
	"linux": "Linux", "unix": "Unix", "python": "Python", "java": "Java", "ruby": "Ruby", "rust": "Rust", "docker": "Docker",
	"google": "Google", "bluetooth": "Bluetooth", "wifi": "Wi-Fi", "unicode": "Unicode", "i": "i",
}

// joined are words that camel case divides and English does not.
var joined = english.NewSet(`oauth github gitlab ipv4 ipv6 javascript typescript macos ios mysql sqlite graphql
	postgresql wifi whitespace metadata substring`)

// abbreviations are those with one meaning only.
var abbreviations = map[string]string{
	"str": "string", "strs": "strings", "msg": "message", "msgs": "messages", "buf": "buffer", "bufs": "buffers", "cfg": "config",
	"conf": "config", "idx": "index", "num": "number", "val": "value", "vals": "values", "arr": "array", "len": "length",
	"src": "source", "dst": "destination", "dest": "destination", "dir": "directory", "dirs": "directories",
	"err": "error", "errs": "errors", "req": "request", "resp": "response", "args": "arguments", "arg": "argument",
	"params": "parameters", "param": "parameter", "attrs": "attributes", "attr": "attribute", "opts": "options",
	"opt": "option", "addr": "address", "addrs": "addresses", "ptr": "pointer", "ptrs": "pointers", "tmp": "temporary", "temp": "temporary",
	"cmd": "command", "cmds": "commands", "elem": "element", "elems": "elements", "expr": "expression", "exprs": "expressions",
	"char": "character", "chars": "characters", "btn": "button", "img": "image", "pos": "position", "prev": "previous",
	"cur": "current", "curr": "current", "max": "maximum", "min": "minimum", "avg": "average", "env": "environment",
	"obj": "object", "objs": "objects", "pkg": "package", "pkgs": "packages", "stmt": "statement", "stmts": "statements",
	"tok": "token", "txt": "text", "hdr": "header", "pkt": "packet", "sock": "socket", "cnt": "count", "iter": "iterator",
	"prop": "property", "props": "properties", "decl": "declaration", "decls": "declarations", "ident": "identifier", "coord": "coordinate", "coords": "coordinates",
	"ctx": "context", "ns": "namespace", "repo": "repository", "repos": "repositories", "auth": "authentication",
	"conn": "connection", "conns": "connections", "cls": "class", "sz": "size", "bg": "background", "fg": "foreground", "wnd": "window", "desc": "description", "dep": "dependency", "deps": "dependencies",
	"mgr": "manager", "vec": "vector", "hw": "hardware", "freq": "frequency", "ver": "version", "kbd": "keyboard", "fn": "function", "func": "function", "funcs": "functions",
}

// actions are abbreviations of verbs, at the start of a name or at its end.
var actions = map[string]string{
	"calc": "calculate", "init": "initialize", "deinit": "deinitialize", "uninit": "deinitialize", "alloc": "allocate", "dealloc": "deallocate",
	"del": "delete", "exec": "execute", "gen": "generate", "cmp": "compare", "dup": "duplicate", "rm": "remove", "eval": "evaluate",
	"concat": "concatenate", "incr": "increment", "decr": "decrement", "inc": "increment", "dec": "decrement",
}

// spell writes the words of the identifier ident as a sentence has them.
func spell(parts []string, ident string) []string {
	shout := ident == strings.ToUpper(ident) // MAX_SIZE: capitals say nothing
	var words []string
	for i := 0; i < len(parts); i++ {
		p := parts[i]
		last := len(words) - 1
		switch {
		case isDigits(p) && i+1 < len(parts) && (parts[i+1] == "D" || parts[i+1] == "d"):
			words = append(words, p+"D") // 2D
			i++
		case isDigits(p) && last >= 0 && !(p == "2" && i+1 < len(parts)):
			words[last] = word(words[last]+p, shout)
		case len(p) > 1 && isCapitals(p[:len(p)-1]) && strings.HasSuffix(p, "s") && last >= 0 && i > 0 && isCapitals(parts[i-1]) && !shout:
			words[last] = strings.ToUpper(words[last]) + p // URLs
		default:
			words = append(words, word(p, shout))
		}
	}
	for _, i := range []int{0, len(words) - 1} {
		if i < 0 || i >= len(words) {
			break
		}
		if full, ok := actions[words[i]]; ok {
			words[i] = full
		}
	}
	for size := 3; size >= 2; size-- {
		for i := 0; i+size <= len(words); i++ {
			if w := strings.ToLower(strings.Join(words[i:i+size], "")); joined.Has(w) {
				words = slices.Replace(words, i, i+size, word(w, true))
			}
		}
	}
	return words
}

// word writes one word.
func word(p string, shout bool) string {
	lower := strings.ToLower(p)
	if w, ok := written[lower]; ok {
		return w
	}
	if full, ok := abbreviations[lower]; ok {
		return full
	}
	if acronyms.Has(lower) || len(p) == 1 && strings.Contains("xyz", lower) {
		return strings.ToUpper(p)
	}
	if isCapitals(p) && len(p) > 1 && !shout && !isVerb(lower) && !function.Has(lower) {
		return p
	}
	return lower
}

func isDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func isCapitals(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsUpper(r) && !unicode.IsDigit(r) }) < 0
}

// isAcronym reports whether a word of a sentence is written in capitals.
func isAcronym(w string) bool {
	return len(w) > 1 && unicode.IsUpper(rune(w[0])) && unicode.IsUpper(rune(w[1]))
}
