package balance

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/layer"
	"cggm/network"
	"cggm/objective"
)

// MMCosine gives every modality the same say in a prediction: it takes lengths
// out of the logits, so that neither large features nor large weights let one
// modality decide. With h_m the features of modality m, W_m,k the weights of the
// last layer that multiply them for class k, and angles in place of products,
//
//	z_m[k] = Scale <h_m, W_m,k> / (|h_m| |W_m,k|)
//	z = sum_m z_m,  L = L_task(z)
//
// without bias, in training and in evaluation. Every z_m[k] lies in
// [-Scale, Scale]. What is shorter than 1e-6 has no direction: its cosines and
// their gradients are 0, so that a modality which a sample lacks votes for
// nothing. There is no setting that is joint training. Methods that it is
// composed with go on seeing the model's own logits, not the cosines.
//
// The paper joins two modalities side by side; here there may be any number,
// and where modalities are projected and added up, h_m is the projection and W_m
// the whole last layer. For maps each position has its own angles, and the
// logits are resized as those of the model. Other fusions and heads with hidden
// layers have no weights that belong to one modality and are refused. Cost:
// none.
//
// Xu et al., "MMCosine: Multi-Modal Cosine Loss Towards Balanced Audio-Visual
// Fine-Grained Learning", ICASSP 2023. The authors' code can add a contrastive
// loss between the modalities, which is not part of this method; it divides 0
// by 0 where features are 0.
type MMCosine struct {
	// Scale multiplies the cosines, > 0. Default 10; 5 to 30 are usual, and
	// more classes need more.
	Scale float64 `yaml:"scale"`
}

// DefaultMMCosine returns scale 10.
func DefaultMMCosine() *MMCosine { return &MMCosine{Scale: 10} }

var (
	_ Method    = (*MMCosine)(nil)
	_ Validator = (*MMCosine)(nil)
	_ Predictor = (*MMCosine)(nil)
)

// Traits declares objective and prediction.
func (*MMCosine) Traits() Traits {
	return Traits{
		Takes: Objective | Prediction, Splits: true,
		Tasks: []objective.Task{objective.Classification, objective.Dense},
		Why:   "it compares the angles between features and the weights of classes",
	}
}

// Validate checks the scale.
func (c *MMCosine) Validate() error {
	if !(c.Scale > 0) {
		return fmt.Errorf("balance: mmcosine: scale %g: must be positive", c.Scale)
	}
	return nil
}

// Build replaces the objective by the loss of the cosine logits.
func (c *MMCosine) Build(s *Step) Effect {
	fused, _ := c.Predict(s.Pass)
	return Effect{Objective: s.Of(fused)}
}

// Predict returns the sum of the modalities' cosine logits and those of each.
func (c *MMCosine) Predict(p *network.Pass) (fused *graph.Node, unimodal []*graph.Node) {
	dims := p.Fused().Logits.Shape().Dimensions
	for m := range p.Inputs {
		z := graph.MulScalar(angles(p.Part(m)), c.Scale)
		if len(dims) == 4 {
			z = layer.Resize(z, dims[1], dims[2])
		}
		unimodal = append(unimodal, z)
	}
	return sum(unimodal), unimodal
}

// angles returns the cosines [..., classes] between features [..., width] and
// the columns of weight [width, classes].
func angles(features, weight *graph.Node) *graph.Node {
	last := features.Rank() - 1
	return graph.EinsumAxes(unit(features, last), unit(weight, 0), [][2]int{{last, 0}}, nil)
}

// unit divides x by its length along an axis; what is shorter than 1e-6 becomes
// 0.
func unit(x *graph.Node, axis int) *graph.Node {
	const least = 1e-12
	square := graph.ReduceAndKeep(graph.Square(x), graph.ReduceSum, axis)
	long := graph.GreaterOrEqual(square, graph.Scalar(x.Graph(), x.DType(), least))
	inverse := graph.Reciprocal(graph.Sqrt(graph.MaxScalar(square, least)))
	return graph.Mul(x, graph.Where(long, inverse, graph.ZerosLike(inverse)))
}
