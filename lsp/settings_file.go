package lsp

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/tailscale/hujson"
)

// WithFile lays a file of settings over s: a JSON object, as editors send it,
// with comments and trailing commas allowed. The file is its user's own, or one
// of a project, which may be anybody's and has a workspace's say. What cannot be
// used is named in warnings.
func (s Settings) WithFile(text []byte, own bool) (with Settings, warnings []string, err error) {
	raw, err := hujson.Standardize(bytes.TrimPrefix(text, []byte("\ufeff")))
	if err != nil {
		return s, nil, fmt.Errorf("it is no JSON: %w", err)
	}
	source := fromWorkspace
	if own {
		source = fromUser
	}
	with, warnings = decodeSettings(s, raw, source)
	return with, warnings, nil
}

// CheckSetting reports whether a value may be given to the setting of that name, which
// is one at the top of Settings.
func CheckSetting(name string, value any) error {
	t := reflect.TypeFor[Settings]()
	return checkSetting(reflect.ValueOf(value), t.Field(settingNames(t)[name]).Tag)
}
