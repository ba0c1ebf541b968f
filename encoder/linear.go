package encoder

import (
	"cmp"

	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Identity returns the input as features; it has no parameters. It serves
// modalities that another network has encoded already.
type Identity struct{}

var _ Encoder = (*Identity)(nil)

// Encode implements Encoder.
func (e *Identity) Encode(_, _ param.Scope, input feature.Feature) feature.Feature {
	refuseIntegers("identity", input)
	return input
}

// Linear projects the last axis of the input; a sequence stays a sequence and
// a map a map.
type Linear struct {
	// Width of the features; 0: 64.
	Width int `yaml:"width"`
}

var _ Staged = (*Linear)(nil)

// Encode implements Encoder.
func (e *Linear) Encode(_, body param.Scope, input feature.Feature) feature.Feature {
	refuseIntegers("linear", input)
	return feature.Feature{Value: layer.Linear(body, input.Value, cmp.Or(e.Width, 64), nil), Mask: input.Mask}
}

// Stages implements Staged: there is one.
func (e *Linear) Stages(stem, body param.Scope) []Stage {
	return []Stage{func(f feature.Feature) feature.Feature { return e.Encode(stem, body, f) }}
}

// integers reports whether the input is integer tokens.
func integers(f feature.Feature) bool { return f.Value.DType().IsInt() }

func refuseIntegers(name string, f feature.Feature) {
	if integers(f) {
		exceptions.Panicf("encoder: %s cannot read integer tokens: use embedding, conv1d or transformer", name)
	}
}
