// Package objective holds the losses that training minimises and the signals
// that tell how well a prediction fits, both as computation graphs.
package objective

import "github.com/gomlx/gomlx/core/graph"

// Task is the kind of prediction problem.
type Task string

// The kinds of prediction problem and the layout of their labels.
const (
	Classification Task = "classification" // logits [batch, classes], labels int32 [batch]
	MultiLabel     Task = "multilabel"     // logits [batch, labels], labels float32 [batch, labels] in {0,1}
	Regression     Task = "regression"     // predictions and labels float32 [batch, outputs]
	Dense          Task = "dense"          // logits [batch, height, width, classes], labels int32 [batch, height, width]
)

// Loss is a differentiable objective, smaller is better.
type Loss interface {
	// Loss returns the scalar mean over the batch. weights is [batch] and
	// weights the samples (their weighted mean is returned); nil counts every
	// sample once.
	Loss(logits, labels, weights *graph.Node) *graph.Node
}

// Signal measures how well predictions fit, larger is better. CGGM follows its
// change from step to step.
type Signal interface {
	// Signal returns a scalar for the batch; it is not differentiated.
	Signal(logits, labels *graph.Node) *graph.Node
}
