package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// Source says who wrote a piece of configuration, by the name that a log gives it.
type Source string

const (
	// User stands for flags, the user's file and initializationOptions.
	User Source = "initializationOptions"
	// Workspace stands for workspace/configuration, which files of the opened
	// folder may have a part in, and the file of a project.
	Workspace Source = "workspace/configuration"
)

// Decode lays the JSON object raw over base. What cannot be used is
// left as it was in base and named in warnings: a mistake in the configuration
// must not stop the server.
func Decode(base Settings, raw []byte, from Source) (s Settings, warnings []string) {
	// The slices of base must not be written to.
	base.Kinds, base.Languages, base.Exclude = slices.Clone(base.Kinds), slices.Clone(base.Languages), slices.Clone(base.Exclude)
	d := decoder{source: from}
	d.object(reflect.ValueOf(&base).Elem(), unwrapSection(raw), "")
	return base, d.warnings
}

// unwrapSection accepts settings under the name of their section as well.
func unwrapSection(raw []byte) []byte {
	var section struct {
		Gloss json.RawMessage `json:"gloss"`
	}
	if err := json.Unmarshal(raw, &section); err == nil && len(section.Gloss) > 0 {
		return section.Gloss
	}
	return raw
}

// Mentioned reports whether raw holds settings of gloss, which a client may send
// alone, or with those of every server.
func Mentioned(raw []byte) bool {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return false
	}
	known := byName(reflect.TypeFor[Settings]())
	for name := range members {
		if _, ours := known[name]; ours || name == "gloss" {
			return true
		}
	}
	return false
}

type decoder struct {
	source   Source
	warnings []string
}

// maxWarnings bounds what is said about one configuration.
const maxWarnings = 20

func (d *decoder) warnf(format string, args ...any) {
	switch len(d.warnings) {
	case maxWarnings:
	case maxWarnings - 1:
		d.warnings = append(d.warnings, "there are more mistakes in the settings")
	default:
		d.warnings = append(d.warnings, fmt.Sprintf(format, args...))
	}
}

// notSettings are keys of initializationOptions that are no settings.
var notSettings = []string{"experimental"}

func (d *decoder) object(into reflect.Value, raw []byte, prefix string) {
	if isNull(raw) {
		return
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		d.warnf("the settings %s must be a JSON object, found %.40s", "gloss."+strings.TrimSuffix(prefix, "."), WithoutPassword(string(raw)))
		return
	}
	fields := byName(into.Type())
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		i, known := fields[name]
		switch {
		case !known && prefix == "" && slices.Contains(notSettings, name):
		case !known:
			d.warnf("unknown setting gloss.%.80s%.80s%s", prefix, name, suggestion(name, fields, prefix))
		case isNull(value): // how some clients write "not set"
		case into.Field(i).Kind() == reflect.Struct:
			d.object(into.Field(i), value, prefix+name+".")
		default:
			d.value(into.Field(i), into.Type().Field(i).Tag, value, prefix+name)
		}
	}
}

func isNull(raw []byte) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) == 0 || string(raw) == "null"
}

// byName returns the indexes of a struct's fields.
func byName(t reflect.Type) map[string]int {
	names := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		names[t.Field(i).Tag.Get("json")] = i
	}
	return names
}

func (d *decoder) value(into reflect.Value, tag reflect.StructTag, raw []byte, name string) {
	v := reflect.New(into.Type())
	if err := json.Unmarshal(raw, v.Interface()); err != nil {
		d.warnf("setting gloss.%s: %s; %s stays in force", name, typeError(err, into.Type(), raw), quote(into))
		return
	}
	v = v.Elem()
	if err := check(v, tag); err != nil {
		d.warnf("setting gloss.%s: %v; %s stays in force", name, err, quote(into))
		return
	}
	var refused error
	if kind := tag.Get("path"); kind != "" {
		path, err := absolute(v.String(), kind)
		if refused = err; err == nil {
			v.SetString(path)
		}
	}
	switch {
	case tag.Get("scope") == "machine" && d.source == Workspace:
		d.untrusted(into, v, name)
	case refused != nil:
		d.warnf("setting gloss.%s: %v; %s stays in force", name, refused, quote(into))
	default:
		into.Set(v)
	}
}

// quote writes a value for a message.
func quote(v reflect.Value) string {
	const most = 200
	s := fmt.Sprint(v)
	if v.Kind() == reflect.String {
		s = strconv.Quote(s)
	}
	s = WithoutPassword(s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// absolute returns the path that a setting means. One that depends on the
// working directory, which is the workspace in an editor, is refused. Where a
// name may stand as well as a path, what has no separator is a name.
func absolute(value, kind string) (string, error) {
	isName := value != "~" && !strings.ContainsFunc(value, func(r rune) bool { return r == '/' || r == filepath.Separator })
	if value == "" || kind == "or name" && isName {
		return value, nil
	}
	path, err := untrusted.ExpandHome(value)
	if err == nil && !filepath.IsAbs(path) {
		err = errors.New("a relative path would lead into the workspace; give an absolute one, or one that begins with ~/")
	}
	return path, err
}

// untrusted refuses to let a workspace choose what needs trust. Clients send
// every setting, also those that nobody has set, so values that change nothing
// are passed over in silence.
func (d *decoder) untrusted(into, v reflect.Value, name string) {
	switch {
	case v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 || reflect.DeepEqual(v.Interface(), into.Interface()):
	case name == "model" && v.String() == Default().Model:
		into.Set(v)
	default:
		d.warnf("setting gloss.%s decides what runs on this machine, or where files or your code go, so a workspace may not set it; give it in your own settings file or in the client's initializationOptions. %s stays in force", name, quote(into))
	}
}

func typeError(err error, t reflect.Type, raw []byte) string {
	if t == reflect.TypeFor[Duration]() {
		return err.Error()
	}
	return fmt.Sprintf("expected %s, found %.40s", typeName(t), WithoutPassword(string(raw)))
}

// Bounds of every setting that is a text or a list of them.
const (
	maxText       = 4096
	maxTexts      = 512
	maxListedText = 512
)

// checkText checks that v is not too long to be remembered, compared with every
// path, and shown.
func checkText(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if n := v.Len(); n > maxText {
			return fmt.Errorf("it has %d bytes, and may have %d", n, maxText)
		}
	case reflect.Slice:
		if n := v.Len(); n > maxTexts {
			return fmt.Errorf("it has %d entries, and may have %d", n, maxTexts)
		}
		for _, s := range stringsOf(v) {
			if len(s) > maxListedText {
				return fmt.Errorf("an entry has %d bytes, and may have %d", len(s), maxListedText)
			}
		}
	}
	return nil
}

// check checks v against the enum, min and max of its tag.
func check(v reflect.Value, tag reflect.StructTag) error {
	if err := checkText(v); err != nil {
		return err
	}
	if enum := tag.Get("enum"); enum != "" {
		allowed := strings.Split(enum, ",")
		for _, s := range stringsOf(v) {
			if !slices.Contains(allowed, s) {
				return fmt.Errorf("%.80q is none of %s", s, strings.Join(allowed, ", "))
			}
		}
	}
	lowest, highest := tag.Get("min"), tag.Get("max")
	if lowest == "" {
		return nil
	}
	if n := number(v); n < bound(lowest) || n > bound(highest) {
		return fmt.Errorf("%v must lie between %s and %s", v, lowest, highest)
	}
	return nil
}

func stringsOf(v reflect.Value) []string {
	if v.Kind() == reflect.String {
		return []string{v.String()}
	}
	return v.Interface().([]string)
}

// number is the value of an int, float or Duration, the latter in nanoseconds.
func number(v reflect.Value) float64 {
	if v.CanFloat() {
		return v.Float()
	}
	return float64(v.Int())
}

// bound reads a min or max tag.
func bound(tag string) float64 {
	if d, err := time.ParseDuration(tag); err == nil {
		return float64(d)
	}
	n, err := strconv.ParseFloat(tag, 64)
	if err != nil {
		panic("bad bound in a tag of Settings: " + tag) // a test decodes every setting
	}
	return n
}

// suggestion names the known setting that is nearest to a misspelt one, where
// more than half of it is right.
func suggestion(name string, fields map[string]int, prefix string) string {
	best, distance := "", min(4, 1+len(name)/2)
	for _, f := range slices.Sorted(maps.Keys(fields)) {
		if n := editDistance(strings.ToLower(name), strings.ToLower(f), distance); n < distance {
			best, distance = f, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean gloss.%s%s?", prefix, best)
}

// editDistance is the Levenshtein distance of a and b, or limit where the
// lengths alone show that it is no less.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
