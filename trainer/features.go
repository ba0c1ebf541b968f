package trainer

import (
	"context"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/balance"
	"cggm/sample"
)

// Features returns what the encoders make of a source's samples in evaluation
// mode, pooled over steps or positions: for each modality [samples, width], row
// by row.
func (t *Trainer) Features(ctx context.Context, src sample.Source) ([][]float32, error) {
	rows := min(t.setup.Options.Batch, src.Len())
	ev, err := t.sight(balance.Look{Name: "features", Build: func(s *balance.Sight) []*graph.Node {
		out := make([]*graph.Node, len(s.Pass.Inputs))
		for m := range out {
			out[m] = s.Pass.Feature(m).Pool()
		}
		return out
	}}, rows)
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(ev.mean))
	err = t.sweep(ctx, src, indices(src.Len()), rows, ev, func(_ *sample.Batch, results [][]float32, real int) {
		for m, values := range results {
			out[m] = append(out[m], values[:len(values)/rows*real]...)
		}
	})
	return out, err
}
