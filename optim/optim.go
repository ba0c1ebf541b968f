// Package optim holds optimizers as functions of graph nodes, gradient
// clipping, and learning-rate schedules.
//
// An optimizer keeps no state of its own: the slots of every parameter come in
// as nodes and go out as nodes, so that whoever runs the graph can save them.
package optim

import "github.com/gomlx/gomlx/core/graph"

// Optimizer computes one step for one parameter.
type Optimizer interface {
	// Slots returns the number of state arrays per parameter, each of the
	// parameter's shape and 0 at first.
	Slots() int
	// Update returns the parameter and its slots after one step down the
	// gradient. rate, decay (the weight decay) and step (the number of this
	// step, from 1) are float32 scalars.
	Update(p, grad *graph.Node, slots []*graph.Node, rate, decay, step *graph.Node) (*graph.Node, []*graph.Node)
}
