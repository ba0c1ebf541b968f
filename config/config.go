// Package config reads configurations strictly: an unknown key is an error
// that names the place and the key that was probably meant. Layers merge: what
// a layer does not mention stays as the layer before it left it.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// MaxBytes bounds the size of a configuration file.
const MaxBytes = 1 << 20

// ErrInvalid marks a configuration that cannot be understood.
var ErrInvalid = errors.New("invalid configuration")

// Load merges the YAML file into the struct that root points to.
func Load(path string, root any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("config: read %s: %w", path, err)
	}
	return Merge(path, text, root)
}

// Merge merges YAML text into the struct that root points to. name is what
// errors call the text.
func Merge(name string, text []byte, root any) error {
	if len(text) > MaxBytes {
		return fmt.Errorf("config: %s holds %d bytes: %w: at most %d", name, len(text), ErrInvalid, MaxBytes)
	}
	if err := plain(text); err != nil {
		return fmt.Errorf("config: %s: %w: %w", name, ErrInvalid, err)
	}
	// A strict reading into a fresh value finds every mistake with its line.
	fresh := reflect.New(reflect.TypeOf(root).Elem()).Interface()
	if err := strict(text, fresh); err != nil {
		return fmt.Errorf("config: %s: %w: %w", name, ErrInvalid, err)
	}
	var tree map[string]any
	if err := decode(text, &tree); err != nil {
		return fmt.Errorf("config: %s: %w: %w", name, ErrInvalid, err)
	}
	return merge(reflect.ValueOf(root).Elem(), tree, "")
}

// Set applies one assignment such as "train.epochs=5"; the value is YAML.
func Set(root any, assignment string) error {
	path, value, ok := strings.Cut(assignment, "=")
	if !ok || path == "" {
		return fmt.Errorf("config: %q: %w: write key.of.setting=value", assignment, ErrInvalid)
	}
	if len(value) > MaxBytes {
		return fmt.Errorf("config: %s: %w: the value is too long", path, ErrInvalid)
	}
	if err := plain([]byte(value)); err != nil {
		return fmt.Errorf("config: %s: %w: %w", path, ErrInvalid, err)
	}
	var leaf any
	if err := decode([]byte(value), &leaf); err != nil {
		return fmt.Errorf("config: %s: %w: value %q is not YAML: %w", path, ErrInvalid, value, err)
	}
	keys := strings.Split(path, ".")
	for _, key := range slices.Backward(keys) {
		leaf = map[string]any{key: leaf}
	}
	return merge(reflect.ValueOf(root).Elem(), leaf, "")
}

// Apply decodes settings onto the struct that v points to. where names the
// place of the settings.
func Apply(where string, settings map[string]any, v any) error {
	if len(settings) == 0 {
		return nil
	}
	text, err := yaml.Marshal(settings)
	if err != nil {
		return fmt.Errorf("config: %s: %w", where, err)
	}
	if reflect.TypeOf(v).Elem().Kind() != reflect.Struct {
		return fmt.Errorf("config: %s: %w: it has no settings", where, ErrInvalid)
	}
	if err := strict(text, v); err != nil {
		return fmt.Errorf("config: %s: %w: %w", where, ErrInvalid, err)
	}
	return nil
}

// Marshal returns the YAML form of v with every setting resolved.
func Marshal(v any) ([]byte, error) { return yaml.Marshal(v) }

// plain refuses anchors and aliases: a few of them can stand for any amount of
// text.
func plain(text []byte) error {
	for n, line := range bytes.Split(text, []byte("\n")) {
		quoted := false
		for i, c := range line {
			if c == '"' || c == '\'' {
				quoted = !quoted
			}
			if c == '#' && !quoted {
				break
			}
			starts := i == 0 || strings.ContainsRune(" \t:-[{,", rune(line[i-1]))
			if (c == '*' || c == '&') && starts && !quoted {
				return fmt.Errorf("line %d: anchors and aliases are not supported: write the value out", n+1)
			}
		}
	}
	return nil
}

// decode reads YAML. The library panics on some malformed tags; to a reader of
// files that is one more error.
func decode(text []byte, v any, options ...yaml.DecodeOption) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed YAML: %v", p)
		}
	}()
	return yaml.UnmarshalWithOptions(text, v, options...)
}

func strict(text []byte, v any) error {
	err := decode(text, v, yaml.Strict())
	if err == nil {
		return nil
	}
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) && unknown.Token != nil {
		key := unknown.Token.Value
		return fmt.Errorf("line %d: unknown key %q%s\n%s", unknown.Token.Position.Line, key,
			Suggest(key, keys(reflect.TypeOf(v), nil)), yaml.FormatError(err, false, true))
	}
	return errors.New(yaml.FormatError(err, false, true))
}
