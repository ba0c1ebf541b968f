package network

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/head"
)

// Evaluation returns a pass on the same inputs and parameters whose layers
// behave as in evaluation.
func (p *Pass) Evaluation() *Pass {
	return p.Model.NewPass(p.Binding.Evaluation(), p.Inputs, p.Present)
}

// Copy returns a pass on the same inputs through a copy of the parameters, for
// example a teacher: see param.Binding.Copy. Nothing joins its encoders.
func (p *Pass) Copy(label string) *Pass {
	out := p.Model.Alone().NewPass(p.Binding.Copy(label), p.Inputs, p.Present)
	out.origin = p
	return out
}

// Coalition returns the model's output when only the modalities in the set
// bits of members take part; the features of the others are 0, or their inputs
// where the source of unimodal logits is MaskInput.
func (p *Pass) Coalition(members uint) head.Output {
	keep := func(i int) bool { return members&(1<<i) != 0 }
	if p.Model.Source() == MaskInput {
		return p.Fuse(p.among(keep), false)
	}
	features := make([]feature.Feature, len(p.Inputs))
	for i := range features {
		features[i] = p.Feature(i)
		if !keep(i) {
			features[i] = features[i].Zero()
		}
	}
	return p.Fuse(features, false)
}

// Chosen is Coalition where the step decides who takes part: keep holds a scalar
// for every modality, 1 where it does and 0 where it does not.
func (p *Pass) Chosen(keep []*graph.Node) head.Output {
	masked := p.Model.Source() == MaskInput
	if masked && p.Model.Bridged {
		inputs := make([]feature.Feature, len(p.Inputs))
		for i, in := range p.Inputs {
			inputs[i] = choose(keep[i], in, in.Zero())
		}
		inputs, _ = p.joined(inputs, nil)
		return p.Fuse(inputs, false)
	}
	features := make([]feature.Feature, len(p.Inputs))
	for i, in := range p.Inputs {
		with := p.Feature(i)
		without := with.Zero()
		if masked {
			without = p.encode(i, in.Zero())
		}
		features[i] = choose(keep[i], with, without)
	}
	return p.Fuse(features, false)
}

// choose returns one feature where the scalar keep is not 0, the other where it
// is.
func choose(keep *graph.Node, one, other feature.Feature) feature.Feature {
	on := graph.BroadcastToShape(graph.NotEqual(keep, graph.ZerosLike(keep)), shapes.Make(dtypes.Bool, one.Value.Shape().Dimensions...))
	return feature.Feature{Value: graph.Where(on, one.Value, other.Value), Mask: one.Mask}
}

// Presence returns float32 [batch, modalities]: 0 where a sample lacks a
// modality, otherwise 1.
func (p *Pass) Presence() *graph.Node {
	if p.Present != nil {
		return p.Present
	}
	dims := []int{p.Inputs[0].Batch(), len(p.Inputs)}
	return graph.Ones(p.Binding.Graph, shapes.Make(dtypes.Float32, dims...))
}
