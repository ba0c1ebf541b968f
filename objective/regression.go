package objective

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// L1 is the mean absolute error over samples and outputs.
type L1 struct{}

// MSE is the mean squared error over samples and outputs.
type MSE struct{}

// Huber is the mean of e²/2 for errors |e| up to Delta, and of
// Delta (|e| - Delta/2) beyond (Huber, 1964).
type Huber struct {
	// Delta is where the loss turns linear, > 0. Default 1.
	Delta float64 `yaml:"delta"`
}

// DefaultHuber returns delta 1.
func DefaultHuber() *Huber { return &Huber{Delta: 1} }

var (
	_ Loss = L1{}
	_ Loss = MSE{}
	_ Loss = (*Huber)(nil)
)

// Loss returns the mean absolute error.
func (L1) Loss(logits, labels, weights *graph.Node) *graph.Node {
	return mean(graph.Abs(graph.Sub(logits, labels)), weights)
}

// Loss returns the mean squared error.
func (MSE) Loss(logits, labels, weights *graph.Node) *graph.Node {
	return mean(graph.Square(graph.Sub(logits, labels)), weights)
}

// Loss returns the mean Huber loss.
func (h *Huber) Loss(logits, labels, weights *graph.Node) *graph.Node {
	e := graph.Sub(logits, labels)
	// q (e - q/2) with q = e clipped to Delta covers both cases and can be
	// differentiated twice at 0, where |e| cannot.
	q := graph.ClipScalar(e, -h.Delta, h.Delta)
	per := graph.Mul(q, graph.Sub(e, graph.MulScalar(q, .5)))
	return mean(per, weights)
}

// Validate checks delta.
func (h *Huber) Validate() error {
	if !(h.Delta > 0) {
		return fmt.Errorf("objective: huber: delta %g: must be above 0", h.Delta)
	}
	return nil
}
