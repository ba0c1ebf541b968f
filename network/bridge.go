package network

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/encoder"
	"cggm/feature"
	"cggm/layer"
	"cggm/param"
)

// Bridge is what joins the encoders of a bridged model behind one of their
// stages: the multimodal transfer module of Joze et al. (CVPR 2020), for any
// number of modalities and features of any form. With F_m the features of
// modality m behind the stage, C_m their width, and pool the mean over their
// positions,
//
//	e = ReLU(S [pool(F_1), ..., pool(F_M)] + s)  of width sum_m C_m / 2
//	F_m <- sigmoid(E_m e + e_m) F_m
//
// where every position of F_m is multiplied by the same gate [batch, C_m]. A
// modality that a sample lacks counts with 0.
type Bridge struct {
	// Squeeze is the node of S, which all modalities share.
	Squeeze *graph.Node
	// Excite has the node of E_m for every modality.
	Excite []*graph.Node
}

// bridgeRatio is the width of the squeezed features in relation to that of all
// features together.
const bridgeRatio = 2

// Bridgeable reports whether every encoder can be built in stages, as bridges
// need it.
func (m *Model) Bridgeable() error {
	for _, modality := range m.Modalities {
		if _, ok := modality.Encoder.(encoder.Staged); !ok {
			return fmt.Errorf("network: the encoder of modality %q, %s, has no stages to put a bridge behind: choose another encoder", modality.Name, kind(modality.Encoder))
		}
	}
	return nil
}

// Alone returns the model with nothing between its encoders.
func (m *Model) Alone() *Model {
	out := *m
	out.Bridged = false
	return &out
}

// Bridges returns the bridges of a bridged model, the first closest to the
// inputs.
func (p *Pass) Bridges() []Bridge {
	p.Features()
	return p.bridges
}

// joined encodes all inputs stage by stage with bridges behind the last stages,
// as many as the encoder with the fewest stages has.
func (p *Pass) joined(inputs []feature.Feature, gate func(depth, modality int, g *graph.Node) *graph.Node) ([]feature.Feature, []Bridge) {
	n := len(inputs)
	stages, depth := make([][]encoder.Stage, n), 0
	for i, modality := range p.Model.Modalities {
		stages[i] = modality.Encoder.(encoder.Staged).Stages(p.scope(param.Stem, i), p.scope(param.Encoder, i))
		if i == 0 || len(stages[i]) < depth {
			depth = len(stages[i])
		}
	}
	features, bridges := make([]feature.Feature, n), make([]Bridge, depth)
	for i, f := range inputs {
		for _, stage := range stages[i][:len(stages[i])-depth] {
			f = stage(f)
		}
		features[i] = f
	}
	for d := range bridges {
		for i := range features {
			features[i] = stages[i][len(stages[i])-depth+d](features[i])
		}
		bridges[d] = p.exchange(d, features, gate)
	}
	for i, f := range features {
		features[i] = p.present(i, f)
	}
	return features, bridges
}

// exchange gates the features behind one stage.
func (p *Pass) exchange(depth int, features []feature.Feature, gate func(depth, modality int, g *graph.Node) *graph.Node) Bridge {
	s := p.scope(param.Fusion, 0).At("bridge", depth)
	pooled, width := make([]*graph.Node, len(features)), 0
	for i, f := range features {
		pooled[i] = p.present(i, feature.Feature{Value: f.Pool()}).Value
		width += f.Width()
	}
	b := Bridge{Excite: make([]*graph.Node, len(features))}
	all, weight, _ := layer.Affine(s.In("squeeze"), graph.Concatenate(pooled, -1), max(width/bridgeRatio, 1), nil)
	b.Squeeze = weight
	all = layer.ReLU(all)
	for i, f := range features {
		z, weight, _ := layer.Affine(s.At("excite", i), all, f.Width(), nil)
		b.Excite[i] = weight
		g := graph.Sigmoid(z)
		if gate != nil {
			g = gate(depth, i, g)
		}
		for g.Rank() < f.Value.Rank() {
			g = graph.InsertAxes(g, 1)
		}
		features[i].Value = graph.Mul(f.Value, g)
	}
	return b
}
