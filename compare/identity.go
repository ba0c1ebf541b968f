package compare

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/goccy/go-yaml"

	"cggm/balance"
	"cggm/config"
	"cggm/experiment"
)

// identity returns a short name for everything that determines a training: the
// resolved configuration, the method's settings with their defaults, and the
// data. Where the data lies does not count, nor does a setting that is zero, so
// that a setting which a later version adds, and which zero switches off,
// leaves names as they are.
func identity(c *experiment.Config, data [3]string) (string, error) {
	bare := *c
	bare.Data.Dir, bare.Data.Manifest = "", ""
	tree, err := plain(&bare)
	if err != nil {
		return "", err
	}
	methods := make(map[string]any)
	for _, part := range balance.Split(c.Method) {
		e, err := balance.Find(part)
		if err != nil {
			return "", err
		}
		m := e.Default()
		if err := config.Apply("options."+part, c.Options[part], m); err != nil {
			return "", err
		}
		if methods[part], err = plain(m); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"config": tree, "methods": methods, "data": data})
	if err != nil {
		return "", fmt.Errorf("compare: name a run: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6]), nil
}

// plain returns settings as a tree of maps and lists without zeros.
func plain(settings any) (any, error) {
	text, err := config.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("compare: name a run: %w", err)
	}
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("compare: name a run: %w", err)
	}
	return prune(tree), nil
}

// prune leaves out zeros; nil stands for what is empty.
func prune(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		kept := make(map[string]any)
		for key, value := range v {
			if value = prune(value); value != nil {
				kept[key] = value
			}
		}
		if len(kept) > 0 {
			return kept
		}
		return nil
	case []any:
		if len(v) > 0 {
			return v
		}
		return nil
	case string, bool, uint64, int64, int, float64:
		if v == "" || v == false || v == uint64(0) || v == int64(0) || v == 0 || v == 0. {
			return nil
		}
	}
	return tree
}
