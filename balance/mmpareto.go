package balance

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/param"
)

// MMPareto combines, for every encoder, the gradient u of the fused loss and
// the gradient v of the modality's own loss so that neither is worked against.
// With u and v flattened over all tensors of encoder m:
//
//	(a, b) = (1/2, 1/2)                           if u.v > 0
//	a = clip(<v-u, v>/|u-v|^2, .001, .999), b=1-a  otherwise (min-norm)
//
// per tensor: g = 2a u + 2b v, brought up to the norm of u+v where that is
// larger, times Gamma. Fusion and head keep the plain gradient of the sum of
// losses. Each encoder is a two-task problem of its own, so any number of
// modalities works. A unimodal loss reaches only its own encoder, hence one
// extra backward pass over the sum of the unimodal losses gives every v.
//
// Wei and Hu, "MMPareto: Boosting Multimodal Learning with Innocent Unimodal
// Assistance", ICML 2024, Algorithm 1.
type MMPareto struct {
	// Gamma is the final gain, > 0. Default 1.5, range 1 to 2.
	Gamma float64 `yaml:"gamma"`
}

// DefaultMMPareto returns gamma 1.5.
func DefaultMMPareto() *MMPareto { return &MMPareto{Gamma: 1.5} }

var _ Method = (*MMPareto)(nil)

// Traits declares the edit.
func (*MMPareto) Traits() Traits { return Traits{Takes: Edit | Scale} }

// Validate checks gamma.
func (p *MMPareto) Validate() error {
	if p.Gamma <= 0 {
		return fmt.Errorf("balance: mmpareto: gamma %g: must be above 0", p.Gamma)
	}
	return nil
}

// Build adds the unimodal losses and combines the encoders' gradients.
func (p *MMPareto) Build(s *Step) Effect {
	total := unimodalLoss(s)
	m := s.Modalities()
	fused, unimodal := s.TaskLoss(), total
	e := Effect{Loss: total, Report: []Quantity{{"unimodal_loss", total}}}
	e.Edit = func(g *Gradients) {
		for i := range m {
			params := g.Group(param.Group{Kind: param.Encoder, Modality: i})
			if len(params) == 0 {
				continue
			}
			u, v := g.Of(fused, params), g.Of(unimodal, params)
			share := paretoShare(u, v)
			for k, index := range params {
				g.Set(index, graph.MulScalar(combine(u[k], v[k], share), p.Gamma))
			}
		}
	}
	return e
}

// paretoShare returns a, the weight of u, as a scalar.
func paretoShare(u, v []*graph.Node) *graph.Node {
	var uv, gap, toV *graph.Node
	add := func(acc **graph.Node, n *graph.Node) {
		if *acc != nil {
			n = graph.Add(*acc, n)
		}
		*acc = n
	}
	for k := range u {
		add(&uv, graph.ReduceAllSum(graph.Mul(u[k], v[k])))
		add(&gap, graph.ReduceAllSum(graph.Square(graph.Sub(u[k], v[k]))))
		add(&toV, graph.ReduceAllSum(graph.Mul(graph.Sub(v[k], u[k]), v[k])))
	}
	half := graph.Scalar(uv.Graph(), uv.DType(), 0.5)
	least := graph.ClipScalar(graph.Div(toV, graph.MaxScalar(gap, 1e-30)), .001, .999)
	return graph.Where(graph.GreaterThan(uv, graph.ScalarZero(uv.Graph(), uv.DType())), half, least)
}

// combine returns 2a u + 2(1-a) v, scaled up to the norm of u+v.
func combine(u, v, a *graph.Node) *graph.Node {
	twice := graph.MulScalar(a, 2)
	mixed := graph.Add(graph.Mul(u, twice), graph.Mul(v, graph.Sub(graph.Scalar(a.Graph(), a.DType(), 2), twice)))
	norm := func(n *graph.Node) *graph.Node { return graph.Sqrt(graph.ReduceAllSum(graph.Square(n))) }
	have, want := norm(mixed), norm(graph.Add(u, v))
	gain := graph.MaxScalar(graph.Div(want, graph.MaxScalar(have, 1e-30)), 1)
	zero := graph.LessThan(have, graph.Scalar(a.Graph(), a.DType(), 1e-30))
	return graph.Mul(mixed, graph.Where(zero, graph.OnesLike(gain), gain))
}
