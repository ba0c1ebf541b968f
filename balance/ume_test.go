package balance

import (
	"errors"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/param"
)

// memory is a set of parameters for tests of what happens between epochs.
type memory map[string][]float32

func (m memory) Get(name string) ([]float32, error) {
	v, ok := m[name]
	if !ok {
		return nil, errors.New("no parameter " + name)
	}
	return slices.Clone(v), nil
}

func (m memory) Set(name string, values []float32) error {
	m[name] = slices.Clone(values)
	return nil
}

func (m memory) Save(label string, _ ...param.Group) error {
	saved := memory{}
	maps.Copy(saved, m)
	for name, v := range saved {
		m["saved/"+label+"/"+name] = v
	}
	return nil
}

func (m memory) Restore(string) error { return nil }

func (m memory) Pull(label string, share float64) error {
	m["pulled/"+label] = []float32{float32(share)}
	return nil
}

func (m memory) Forget(groups ...param.Group) error {
	for _, g := range groups {
		m["forgotten/"+g.String()] = nil
	}
	return nil
}

// Losses ln 2 and ln 4 weigh 1/2 : 1/4 = 2/3 : 1/3; of the logits (3,0) and
// (0,6) that leaves (2,2).
func TestEnsemble(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		parts := graph.Split(x, 0, 3)
		return ensemble(parts[:2], parts[2])
	}, []float32{3, 0, 0, 6, math.Ln2, 2 * math.Ln2})
	near(t, got, []float32{2, 2}, 1e-6)
}

// Validation losses (.5,.9), (.6,.7), (.4,.8): the first modality is kept at
// epochs 0 and 2, the second at 0 and 1.
func TestUMEKeepsBestEpochs(t *testing.T) {
	values := memory{"state/ume/loss": {math.MaxFloat32, math.MaxFloat32}}
	var kept []int // epoch and modality of every copy
	for epoch, losses := range [][]float32{{.5, .9}, {.6, .7}, {.4, .8}} {
		err := DefaultUME().Settle(&Epoch{
			Values: values,
			Look:   func(Look) ([][]float32, error) { return [][]float32{losses[:1], losses[1:]}, nil },
			Copy: func(_, _ string, groups ...param.Group) error {
				kept = append(kept, epoch, groups[0].Modality)
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := []int{0, 0, 0, 1, 1, 1, 2, 0}; !slices.Equal(kept, want) {
		t.Errorf("kept (epoch, modality) %v, want %v", kept, want)
	}
	near(t, values["state/ume/loss"], []float32{.4, .7}, 0)
}
