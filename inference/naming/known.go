package naming

import (
	"strings"
)

// operators are the symbols that languages let a program define.
var operators = map[string]string{
	"==": "reports whether two values are equal", "!=": "reports whether two values differ",
	"===": "reports whether the value matches", "=~": "matches the value against a pattern",
	"<": "reports whether one value is less than another", ">": "reports whether one value is greater than another",
	"<=": "reports whether one value is less than or equal to another", ">=": "reports whether one value is greater than or equal to another",
	"<=>": "compares two values", "+": "adds two values", "-": "subtracts one value from another", "*": "multiplies two values",
	"/": "divides one value by another", "%": "returns the remainder of a division",
	"+=": "adds a value in place", "-=": "subtracts a value in place", "*=": "multiplies by a value in place", "/=": "divides by a value in place",
	"++": "increments the value", "--": "decrements the value", "[]": "returns the element at an index",
	"[]=": "sets the element at an index", "-@": "returns the negated value", "+@": "returns the value itself",
	"->": "gives access to the members of the value pointed to", "()": "calls the object like a function",
	"**": "raises one value to the power of another", "!": "returns the negated value",
}

// symbol is the rule for operators.
func symbol(n *name) (string, bool) {
	op := strings.TrimSpace(strings.TrimPrefix(n.Name, "operator"))
	if n.Name == op && strings.ContainsFunc(op, isLetter) || op == "" {
		return "", false
	}
	if n.Language == "haskell" || n.Language == "ocaml" || n.Language == "scala" && len(op) > 2 {
		return "", !strings.ContainsFunc(op, isLetter)
	}
	code := n.Code[:min(len(n.Code), maxHead)]
	switch {
	case op == "[]" && n.Language == "ruby":
		return "returns the value for a key", true
	case op == "[]=" && n.Language == "ruby":
		return "sets the value for a key", true
	case op == "*" && n.Language == "cpp" && n.head.arity == 0:
		return "returns the value pointed to", true
	case op == "-" && n.head.arity == 0 && n.Language == "cpp":
		return "returns the negated value", true
	case op == "+" && n.head.arity == 0 && n.Language == "cpp":
		return "", true
	case op == "<<" && strings.Contains(code, "stream"):
		return "writes the value to a stream", true
	case op == ">>" && strings.Contains(code, "stream"):
		return "reads the value from a stream", true
	case op == "<<" && n.Language == "ruby":
		return "appends a value", true
	case op == "=" && strings.Contains(code, "&&"):
		return "assigns another value by moving it", true
	case op == "=":
		return "assigns another value", true
	case op == "bool":
		return "converts the value to a bool", true
	case op == "new" || op == "new[]":
		return "allocates memory for an object", true
	case op == "delete" || op == "delete[]":
		return "frees the memory of an object", true
	}
	said, ok := operators[op]
	return said, ok || !strings.ContainsFunc(op, isLetter)
}

func isLetter(r rune) bool {
	return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r >= 0x80
}

const stringForm = "returns a string representation"

// everywhere are names that mean the same in all languages.
var everywhere = map[string]string{
	"main": "runs the program", "toString": stringForm, "to_string": stringForm, "ToString": stringForm, "tostring": stringForm,
	"hashCode": "returns the hash code", "GetHashCode": "returns the hash code", "equals": "reports whether two objects are equal",
	"Equals": "reports whether two objects are equal", "compareTo": "compares two objects", "CompareTo": "compares two objects",
	"toLowerCase": "converts to lower case", "toUpperCase": "converts to upper case",
	"indexOf": "returns the index of an element", "lastIndexOf": "returns the last index of an element",
	"hasNext": "reports whether there is a next element", "has_next": "reports whether there is a next element", "HasNext": "reports whether there is a next element",
	"setUp": "prepares the test", "tearDown": "cleans up after the test", "forEach": "calls a function for each element",
	"for_each": "calls a function for each element", "ForEach": "calls a function for each element", "usage": "", "helper": "",
}

// magic are names with a meaning in one language. An empty sentence says that
// the name is not to be read like others.
var magic = map[string]map[string]string{
	"python": {
		"__init__": "initializes the instance", "__new__": "creates a new instance", "__del__": "cleans up the instance", "__post_init__": "completes the initialization",
		"__str__": stringForm, "__repr__": stringForm, "__unicode__": stringForm, "__format__": "returns a formatted string", "__bytes__": "returns the bytes",
		"__len__": "returns the length", "__length_hint__": "returns an estimate of the length", "__bool__": "returns the truth value", "__nonzero__": "returns the truth value",
		"__hash__": "returns the hash", "__eq__": operators["=="], "__ne__": operators["!="], "__lt__": operators["<"], "__le__": operators["<="], "__gt__": operators[">"], "__ge__": operators[">="],
		"__iter__": "returns an iterator", "__next__": "returns the next item", "__reversed__": "returns a reverse iterator", "__aiter__": "returns an asynchronous iterator", "__anext__": "returns the next item",
		"__getitem__": "returns the item for a key", "__setitem__": "sets the item for a key", "__delitem__": "deletes the item for a key", "__missing__": "returns the value for a missing key",
		"__contains__": "reports whether an item is contained", "__call__": "calls the instance like a function", "__enter__": "enters the context", "__exit__": "leaves the context", "__aenter__": "enters the context", "__aexit__": "leaves the context",
		"__getattr__": "returns an attribute", "__getattribute__": "returns an attribute", "__setattr__": "sets an attribute", "__delattr__": "deletes an attribute", "__dir__": "returns the names of the attributes",
		"__get__": "returns the value of the attribute", "__set__": "sets the value of the attribute", "__delete__": "deletes the value of the attribute", "__set_name__": "notes the name of the attribute",
		"__add__": operators["+"], "__radd__": operators["+"], "__iadd__": operators["+="], "__sub__": operators["-"], "__rsub__": operators["-"], "__isub__": operators["-="], "__mul__": operators["*"], "__rmul__": operators["*"], "__imul__": operators["*="],
		"__truediv__": operators["/"], "__rtruediv__": operators["/"], "__itruediv__": operators["/="], "__floordiv__": "divides one value by another and rounds down", "__mod__": operators["%"], "__pow__": operators["**"], "__matmul__": "multiplies two matrices",
		"__neg__": operators["-@"], "__pos__": operators["+@"], "__abs__": "returns the absolute value", "__invert__": "", "__int__": "converts to an integer", "__float__": "converts to a float", "__index__": "converts to an integer", "__complex__": "converts to a complex number", "__round__": "rounds the value",
		"__copy__": "returns a shallow copy", "__deepcopy__": "returns a deep copy", "__getstate__": "returns the state for pickling", "__setstate__": "restores the state from pickling", "__reduce__": "returns what pickling needs", "__reduce_ex__": "returns what pickling needs",
		"__init_subclass__": "initializes a subclass", "__class_getitem__": "returns a parametrized class", "__sizeof__": "returns the size in bytes", "__await__": "returns an iterator for awaiting", "__instancecheck__": "reports whether an object is an instance", "__subclasscheck__": "reports whether a class is a subclass", "__and__": "", "__or__": "", "__xor__": "",
		"setUpClass": "prepares the tests of the class", "tearDownClass": "cleans up after the tests of the class", "setUpModule": "prepares the tests of the module", "setup_method": "prepares the test", "teardown_method": "cleans up after the test",
	},
	"go": {
		"init": "initializes the package", "String": stringForm, "GoString": stringForm, "Error": "returns the error message", "Unwrap": "returns the wrapped error", "ServeHTTP": "serves an HTTP request",
		"Len": "returns the number of elements", "Less": "reports whether one element sorts before another", "Swap": "swaps two elements", "TestMain": "runs the tests of the package",
		"MarshalJSON": "encodes the value as JSON", "UnmarshalJSON": "decodes the value from JSON", "MarshalText": "encodes the value as text", "UnmarshalText": "decodes the value from text", "MarshalBinary": "encodes the value in binary form", "UnmarshalBinary": "decodes the value from binary form", "MarshalYAML": "encodes the value as YAML", "UnmarshalYAML": "decodes the value from YAML",
	},
	"rust": {
		"drop": "cleans up when the value is dropped", "fmt": "formats the value", "default": "returns the default value", "eq": operators["=="], "ne": operators["!="], "cmp": "compares two values", "partial_cmp": "compares two values", "clone": "returns a copy", "hash": "feeds the value into a hasher",
		"next": "returns the next element", "next_back": "returns the next element from the back", "size_hint": "returns the bounds on the remaining length", "into_iter": "returns an iterator", "iter": "returns an iterator", "iter_mut": "returns a mutable iterator", "deref": "dereferences the value", "deref_mut": "mutably dereferences the value", "index": operators["[]"], "index_mut": "returns the element at an index, mutably", "from_str": "parses a string", "poll": "polls for completion",
		"add": operators["+"], "sub": operators["-"], "mul": operators["*"], "div": operators["/"], "rem": operators["%"], "neg": operators["-@"], "add_assign": operators["+="], "sub_assign": operators["-="], "from": "", "into": "", "try_from": "", "as_ref": "", "as_mut": "", "borrow": "", "source": "returns the underlying error", "from_iter": "creates a collection from an iterator", "with_capacity": "", "not": "",
	},
	"ruby": {
		"initialize": "initializes the instance", "to_s": stringForm, "to_str": stringForm, "inspect": stringForm, "to_h": "converts to a hash", "to_hash": "converts to a hash", "to_a": "converts to an array", "to_ary": "converts to an array", "to_i": "converts to an integer", "to_int": "converts to an integer", "to_f": "converts to a float", "to_sym": "converts to a symbol", "to_proc": "converts to a proc",
		"each": "calls the block for each element", "method_missing": "handles calls of undefined methods", "respond_to_missing?": "reports whether an undefined method is handled", "eql?": operators["=="], "equal?": "reports whether two objects are the same", "hash": "returns the hash", "call": "", "setup": "prepares the test", "teardown": "cleans up after the test", "included": "", "inherited": "", "initialize_copy": "initializes a copy",
	},
	"php": {
		"__construct": "creates a new instance", "__destruct": "cleans up the instance", "__toString": stringForm, "__get": "returns a property", "__set": "sets a property", "__isset": "reports whether a property is set", "__unset": "unsets a property", "__call": "handles calls of undefined methods", "__callStatic": "handles static calls of undefined methods", "__invoke": "calls the object like a function", "__clone": "completes the cloning", "__sleep": "prepares the object for serialization", "__wakeup": "restores the object after serialization", "__serialize": "returns the data to serialize", "__unserialize": "restores the object from serialized data", "__debugInfo": "returns what to show in a dump",
		"offsetExists": "reports whether an offset exists", "offsetGet": "returns the value at an offset", "offsetSet": "sets the value at an offset", "offsetUnset": "unsets the value at an offset", "jsonSerialize": "returns the data to serialize to JSON", "getIterator": "returns an iterator",
	},
	"javascript": {
		"toJSON": "returns the value to serialize to JSON", "constructor": "creates a new instance", "componentDidMount": "", "componentWillUnmount": "", "componentDidUpdate": "", "componentWillMount": "", "shouldComponentUpdate": "reports whether the component should update", "render": "", "valueOf": "returns the primitive value",
	},
	"java": {
		"iterator": "returns an iterator", "clone": "returns a copy", "close": "", "compare": "compares two objects", "run": "", "call": "", "get": "", "finalize": "",
	},
	"csharp": {
		"Dispose": "releases all resources", "DisposeAsync": "releases all resources", "GetEnumerator": "returns an enumerator", "Clone": "returns a copy", "InitializeComponent": "initializes the components", "Main": "runs the program", "MoveNext": "advances to the next element",
	},
	"lua": {
		"__tostring": stringForm, "__index": "", "__newindex": "", "__call": "calls the table like a function", "__eq": operators["=="], "__len": "returns the length", "__gc": "cleans up the object", "__add": operators["+"], "__sub": operators["-"], "__mul": operators["*"], "__div": operators["/"], "__lt": operators["<"], "__le": operators["<="], "__concat": "concatenates two values", "__unm": operators["-@"],
	},
	"kotlin": {
		"plus": operators["+"], "minus": operators["-"], "times": operators["*"], "div": operators["/"], "invoke": "calls the object like a function", "iterator": "returns an iterator", "unaryMinus": operators["-@"], "onCreate": "", "getValue": "", "setValue": "",
	},
	"scala":   {"apply": "", "unapply": "", "copy": "returns a copy", "foreach": "calls a function for each element"},
	"elixir":  {"init": "initializes the state", "start_link": "starts a linked process", "handle_call": "handles a synchronous call", "handle_cast": "handles an asynchronous cast", "handle_info": "handles a message", "child_spec": "returns the child specification", "mount": "mounts the view"},
	"haskell": {"show": stringForm, "fmap": "maps a function over the value", "mempty": "returns the empty value"},
	"c":       {}, "cpp": {},
}

// aliases of languages in magic.
var aliases = map[string]string{"javascriptreact": "javascript", "typescript": "javascript", "typescriptreact": "javascript"}

// known is the rule for names that a language gives a meaning, and for operators.
func known(n *name) (string, bool) {
	language := n.Language
	if a, ok := aliases[language]; ok {
		language = a
	}
	if said, ok := magic[language][n.Name]; ok {
		return said, true
	}
	if n.Language == "python" && strings.HasPrefix(n.Name, "__") && strings.HasSuffix(n.Name, "__") {
		return "", true
	}
	if said, ok := symbol(n); ok {
		return said, true
	}
	if said, ok := everywhere[n.plain]; ok {
		if s := n.subject(); s != "it" && said == stringForm {
			said += " of " + s
		}
		return said, true
	}
	return "", false
}
