// Package network assembles modalities, a fusion and a head into one model and
// runs it in a graph.
//
// A Model is a plain description. Model.Pass runs it on the inputs of one
// batch; the pass builds each part when it is first asked for, so that a
// method which needs only the unimodal logits never builds the fusion. All
// parameters land in the group of the part that declares them.
package network

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/encoder"
	"cggm/feature"
	"cggm/fusion"
	"cggm/head"
	"cggm/param"
)

// Modality is one input of a model.
type Modality struct {
	Name    string
	Encoder encoder.Encoder
}

// Classifier predicts from one modality's features alone. It is the auxiliary
// classifier f_m of CGGM and the unimodal head of other methods.
type Classifier interface {
	// Classify maps features to outputs. width is the width of the model's
	// last layer: the classifier's own last layer must have the same input
	// width, so that the two layers' gradients can be compared.
	Classify(s param.Scope, f feature.Feature, width int) head.Output
}

// Model describes a multimodal network.
type Model struct {
	Modalities []Modality
	Fusion     fusion.Fusion
	Head       head.Head
	Classifier Classifier
	// Unimodal says where the logits of a single modality come from.
	Unimodal Unimodal
	// Bridged lets the encoders exchange features behind their stages: see
	// Bridge and Bridgeable.
	Bridged bool
}

// Names returns the names of the modalities in order.
func (m *Model) Names() []string {
	names := make([]string, len(m.Modalities))
	for i, modality := range m.Modalities {
		names[i] = modality.Name
	}
	return names
}

// Validate reports what is missing or contradictory in the description.
func (m *Model) Validate() error {
	if n := len(m.Modalities); n < 1 || n > 8 {
		return fmt.Errorf("network: %d modalities: give 1 to 8", n)
	}
	seen := make(map[string]bool)
	for _, modality := range m.Modalities {
		if modality.Name == "" || seen[modality.Name] {
			return fmt.Errorf("network: modality name %q is empty or used twice: give every modality its own name", modality.Name)
		}
		seen[modality.Name] = true
		if modality.Encoder == nil {
			return fmt.Errorf("network: modality %q has no encoder", modality.Name)
		}
	}
	switch {
	case m.Fusion == nil:
		return fmt.Errorf("network: no fusion given")
	case m.Head == nil:
		return fmt.Errorf("network: no head given")
	case m.Classifier == nil:
		return fmt.Errorf("network: no classifier given")
	}
	return m.Unimodal.check(m)
}

// Pass is one run of a model in a graph.
type Pass struct {
	Model   *Model
	Binding *param.Binding
	Inputs  []feature.Feature
	// Present is float32 [batch, modalities], 0 where a sample lacks a
	// modality; nil: everything is there.
	Present *graph.Node
	// Gate changes the gates [batch, width] of a bridged model, the bridge
	// closest to the inputs of depth 0, where it is set before anything has
	// asked for features; nil leaves them.
	Gate func(depth, modality int, gate *graph.Node) *graph.Node

	features    []feature.Feature
	fused       *head.Output
	bridges     []Bridge
	classifiers []*head.Output
	origin      *Pass // for a copy: the pass it was made from
}

// NewPass prepares a run of the model on the given inputs, one per modality.
func (m *Model) NewPass(b *param.Binding, inputs []feature.Feature, present *graph.Node) *Pass {
	return &Pass{
		Model: m, Binding: b, Inputs: inputs, Present: present,
		features:    make([]feature.Feature, len(m.Modalities)),
		classifiers: make([]*head.Output, len(m.Modalities)),
	}
}

// Feature returns the features of modality i; absent samples are 0.
func (p *Pass) Feature(i int) feature.Feature {
	switch {
	case p.features[i].Value != nil:
	case p.Model.Bridged:
		p.features, p.bridges = p.joined(p.Inputs, p.Gate)
	default:
		p.features[i] = p.encode(i, p.Inputs[i])
	}
	return p.features[i]
}

// Built reports whether anything has asked for modality i's features.
func (p *Pass) Built(i int) bool { return p.features[i].Value != nil }

// Features returns the features of all modalities.
func (p *Pass) Features() []feature.Feature {
	for i := range p.features {
		p.Feature(i)
	}
	return p.features
}

func (p *Pass) encode(i int, input feature.Feature) feature.Feature {
	f := p.Model.Modalities[i].Encoder.Encode(
		p.scope(param.Stem, i), p.scope(param.Encoder, i), input)
	return p.present(i, f)
}

// among returns the features when only the modalities that keep names have an
// input, the others an input of 0.
func (p *Pass) among(keep func(i int) bool) []feature.Feature {
	features := make([]feature.Feature, len(p.Inputs))
	if p.Model.Bridged {
		for i, input := range p.Inputs {
			features[i] = input
			if !keep(i) {
				features[i] = input.Zero()
			}
		}
		features, _ = p.joined(features, nil)
		return features
	}
	for i, input := range p.Inputs {
		if keep(i) {
			features[i] = p.Feature(i)
		} else {
			features[i] = p.encode(i, input.Zero())
		}
	}
	return features
}

// present returns the features of modality i with 0 for samples that lack it.
func (p *Pass) present(i int, f feature.Feature) feature.Feature {
	if p.Present == nil {
		return f
	}
	present := graph.Slice(p.Present, graph.AxisRange(), graph.AxisElem(i))
	for present.Rank() < f.Value.Rank() {
		present = graph.InsertAxes(present, -1)
	}
	return feature.Feature{Value: graph.Mul(f.Value, present), Mask: f.Mask}
}

// Fused returns the model's output on all modalities.
func (p *Pass) Fused() head.Output {
	if p.fused == nil {
		out := p.Fuse(p.Features(), false)
		p.fused = &out
	}
	return *p.fused
}

// Fuse runs fusion and head on the given features. With frozen, their
// parameters get no gradient from it.
func (p *Pass) Fuse(features []feature.Feature, frozen bool) head.Output {
	fs, hs := p.scope(param.Fusion, 0), p.scope(param.Head, 0)
	if frozen {
		fs, hs = fs.Frozen(), hs.Frozen()
	}
	return p.Model.Head.Predict(hs, p.Model.Fusion.Fuse(fs, features))
}

// Classifier returns modality i's auxiliary classifier on its detached
// features: training it leaves the encoder alone.
func (p *Pass) Classifier(i int) head.Output {
	if p.classifiers[i] == nil {
		out := p.classify(i, p.Feature(i).Detach())
		p.classifiers[i] = &out
	}
	return *p.classifiers[i]
}

// Attached returns modality i's auxiliary classifier with gradients to its
// encoder.
func (p *Pass) Attached(i int) head.Output { return p.classify(i, p.Feature(i)) }

func (p *Pass) classify(i int, f feature.Feature) head.Output {
	width := p.width()
	return p.Model.Classifier.Classify(p.scope(param.Auxiliary, i), f, width)
}

// width returns the width of the model's last layer.
func (p *Pass) width() int {
	if p.origin != nil {
		return p.origin.width()
	}
	return p.Fused().Weight.Shape().Dimensions[0]
}

func (p *Pass) scope(kind param.Kind, modality int) param.Scope {
	return p.Binding.Scope(param.Group{Kind: kind, Modality: modality})
}
