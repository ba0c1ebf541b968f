package trainer

import (
	"context"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/balance"
	"cggm/param"
	"cggm/sample"
)

type lookKey struct {
	name string
	rows int
}

// part returns the source that holds a part of the data and the samples of the
// source that the part consists of.
func (t *Trainer) part(p balance.Part) (sample.Source, []int) {
	switch p {
	case balance.Training:
		return t.setup.Data.Train, t.train
	case balance.Reserved:
		return t.setup.Data.Train, t.heldout
	default:
		return t.setup.Data.Val, indices(t.setup.Data.Val.Len())
	}
}

// look runs the network over samples for a method.
func (t *Trainer) look(ctx context.Context, l balance.Look) ([][]float32, error) {
	src, of := t.part(l.Part)
	picked := of
	if l.Samples != nil {
		picked = make([]int, len(l.Samples))
		for k, i := range l.Samples {
			if i < 0 || i >= len(of) {
				return nil, fmt.Errorf("trainer: look %s: sample %d outside [0,%d)", l.Name, i, len(of))
			}
			picked[k] = of[i]
		}
	}
	if len(picked) == 0 {
		return nil, fmt.Errorf("trainer: look %s: no samples to look at: a method that looks at reserved samples must ask for them", l.Name)
	}
	rows := min(t.setup.Options.Batch, len(picked))
	ev, err := t.sight(l, rows)
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(ev.mean))
	means := make([]float64, len(ev.mean))
	err = t.sweep(ctx, src, picked, rows, ev, func(_ *sample.Batch, results [][]float32, real int) {
		for i, values := range results {
			if ev.mean[i] {
				means[i] += float64(values[0]) * float64(real) / float64(len(picked))
				continue
			}
			out[i] = append(out[i], values[:len(values)/rows*real]...)
		}
	})
	if err != nil {
		return nil, err
	}
	for i, mean := range ev.mean {
		if mean {
			out[i] = []float32{float32(means[i])}
		}
	}
	return out, nil
}

// sight returns the graph of a look for batches of the given size.
func (t *Trainer) sight(l balance.Look, rows int) (ev *evaluation, err error) {
	key := lookKey{l.Name, rows}
	if ev, ok := t.looks[key]; ok {
		return ev, nil
	}
	caught := exceptions.TryCatch[error](func() {
		s := &t.setup
		g := graph.NewGraph(s.Backend, fmt.Sprintf("look-%s-%d", l.Name, rows))
		weights := graph.Parameter(g, "weights", shapes.Make(dtypes.Float32, rows))
		in := newInlet(g, "batch", s.Data.Train, rows)
		ev = &evaluation{built: built{graph: g, binding: &param.Binding{Graph: g, Set: t.set}}}
		outputs := l.Build(&balance.Sight{
			Pass: in.pass(s.Model, ev.binding, t.complete), Labels: in.labels, Weights: weights, Loss: s.Loss,
		})
		for _, node := range outputs {
			// Distinct nodes, so that each output has a buffer of its own.
			ev.outputs = append(ev.outputs, graph.Identity(graph.ConvertDType(node, dtypes.Float32)))
			ev.mean = append(ev.mean, node.Rank() == 0)
		}
	})
	if caught != nil {
		return nil, fmt.Errorf("trainer: build the look %s of %s: %w", l.Name, t.name, caught)
	}
	t.looks[key] = ev
	return ev, nil
}
