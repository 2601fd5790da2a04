package settings

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/tailscale/hujson"
)

// Read lays a file of settings over base: a JSON object, as editors send it,
// with comments and trailing commas allowed. The file is its user's own, or one
// of a project, which may be anybody's and has a workspace's say. What cannot be
// used is named in warnings.
func Read(base Settings, text []byte, from Source) (s Settings, warnings []string, err error) {
	raw, err := hujson.Standardize(bytes.TrimPrefix(text, []byte("\ufeff")))
	if err != nil {
		return base, nil, fmt.Errorf("it is no JSON: %w", err)
	}
	s, warnings = Decode(base, raw, from)
	return s, warnings, nil
}

// Check reports whether a value may be given to the setting of that name, which
// is one at the top of Settings.
func Check(name string, value any) error {
	t := reflect.TypeFor[Settings]()
	return check(reflect.ValueOf(value), t.Field(byName(t)[name]).Tag)
}
