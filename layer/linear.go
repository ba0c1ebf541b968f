// Package layer builds the layers that encoders, fusions, heads and classifiers
// are made of.
//
// A layer is a function of a scope, in which it declares its parameters, and of
// a node. Sequences are [batch, tokens, width], maps [batch, height, width,
// channels]. The functions panic on shapes or settings that do not fit, as all
// graph-building code does; whoever builds the graph turns that into an error.
package layer

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/param"
)

// Linear returns x·weight + bias over the last axis of x, [..., out]. A nil
// init draws weight and bias from ±1/sqrt(inputs), as PyTorch does; with an
// init the bias starts at 0.
func Linear(s param.Scope, x *graph.Node, out int, init param.Init) *graph.Node {
	y, _, _ := Affine(s, x, out, init)
	return y
}

// Affine is Linear for those who also need the nodes of the weight, [in, out],
// and of the bias, [out].
func Affine(s param.Scope, x *graph.Node, out int, init param.Init) (y, weight, bias *graph.Node) {
	if x.Rank() < 2 || out < 1 {
		exceptions.Panicf("layer: linear layer from %s to %d outputs: want [batch, ..., inputs] and at least one output", x.Shape(), out)
	}
	in := last(x)
	biasInit := param.Init(param.Zeros)
	if init == nil {
		init = param.FanIn(in)
		biasInit = init
	}
	weight = s.Var("weight", init, in, out)
	bias = s.Var("bias", biasInit, out)
	return addBias(project(x, weight), bias), weight, bias
}

// project contracts the last axis of x with the first of weight.
func project(x, weight *graph.Node) *graph.Node {
	return graph.EinsumAxes(x, weight, [][2]int{{x.Rank() - 1, 0}}, nil)
}

// addBias adds bias to the trailing axes of x.
func addBias(x, bias *graph.Node) *graph.Node {
	return graph.Add(x, graph.ExpandLeftToRank(bias, x.Rank()))
}

// last returns the size of the last axis.
func last(x *graph.Node) int { return x.Shape().Dimensions[x.Rank()-1] }
