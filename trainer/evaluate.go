package trainer

import (
	"context"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/balance"
	"cggm/param"
	"cggm/sample"
)

// Evaluation is what a model reaches on one split.
type Evaluation struct {
	Loss       float64            `json:"loss"`
	Scores     map[string]float64 `json:"scores"`
	Modalities []ModalityScores   `json:"modalities"`
}

// ModalityScores is what the model reaches on one modality alone.
type ModalityScores struct {
	Name   string             `json:"name"`
	Loss   float64            `json:"loss"`
	Scores map[string]float64 `json:"scores"`
}

// Predictions are a model's logits on a split, fused first, then by modality,
// each row-major over samples.
type Predictions struct {
	Logits [][]float32
	Losses []float64
	Labels sample.Column
}

// evaluation is a graph that computes something of one batch; that of
// predictions returns losses [1+M], fused logits and unimodal logits.
type evaluation struct {
	built
	mean []bool // by result: a scalar over the batch instead of rows
}

func (t *Trainer) evaluation(rows int) (ev *evaluation, err error) {
	if ev, ok := t.evals[rows]; ok {
		return ev, nil
	}
	caught := exceptions.TryCatch[error](func() { ev = t.constructEvaluation(rows) })
	if caught != nil {
		return nil, fmt.Errorf("trainer: build the evaluation of %s: %w", t.name, caught)
	}
	t.evals[rows] = ev
	return ev, nil
}

func (t *Trainer) constructEvaluation(rows int) *evaluation {
	s := &t.setup
	g := graph.NewGraph(s.Backend, fmt.Sprintf("evaluate-%d", rows))
	weights := graph.Parameter(g, "weights", shapes.Make(dtypes.Float32, rows))
	in := newInlet(g, "batch", s.Data.Val, rows)
	ev := &evaluation{built: built{graph: g, binding: &param.Binding{Graph: g, Set: t.set}}}
	fused, unimodal := balance.Predict(s.Method, in.pass(s.Model, ev.binding, t.complete), t.traits)
	all := append([]*graph.Node{fused}, unimodal...)
	losses := make([]*graph.Node, len(all))
	for i, logits := range all {
		losses[i] = s.Loss.Loss(logits, in.labels, weights)
	}
	ev.outputs = append([]*graph.Node{graph.Stack(losses, 0)}, all...)
	return ev
}

// Predict runs the model over all samples of a source.
func (t *Trainer) Predict(ctx context.Context, src sample.Source) (*Predictions, error) {
	n := src.Len()
	if n == 0 {
		return nil, fmt.Errorf("trainer: the set to evaluate is empty")
	}
	rows := min(t.setup.Options.Batch, n)
	ev, err := t.evaluation(rows)
	if err != nil {
		return nil, err
	}
	out := &Predictions{
		Logits: make([][]float32, 1+len(t.setup.Model.Modalities)),
		Losses: make([]float64, 1+len(t.setup.Model.Modalities)),
		Labels: sample.Column{Layout: src.Label()},
	}
	err = t.sweep(ctx, src, indices(n), rows, ev, func(b *sample.Batch, results [][]float32, real int) {
		for i, loss := range results[0] {
			out.Losses[i] += float64(loss) * float64(real) / float64(n)
		}
		for i, logits := range results[1:] {
			out.Logits[i] = append(out.Logits[i], logits[:len(logits)/rows*real]...)
		}
		per := b.Label.Size()
		if b.Label.Kind == sample.Int {
			out.Labels.Ints = append(out.Labels.Ints, b.Label.Ints[:real*per]...)
		} else {
			out.Labels.Floats = append(out.Labels.Floats, b.Label.Floats[:real*per]...)
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// sweep runs an evaluation graph over the given samples of a source. take gets
// every batch with its results and the number of samples in it that count.
func (t *Trainer) sweep(
	ctx context.Context, src sample.Source, samples []int, rows int, ev *evaluation,
	take func(b *sample.Batch, results [][]float32, real int),
) error {
	for from := 0; from < len(samples); from += rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		// The last batch is filled up with a sample of weight 0, so that one
		// compiled graph serves all.
		real := min(rows, len(samples)-from)
		picked, weights := make([]int, rows), make([]float32, rows)
		for k := range real {
			picked[k], weights[k] = samples[from+k], 1
		}
		b, err := src.Read(ctx, picked, sample.Draw{})
		if err != nil {
			return fmt.Errorf("trainer: read samples: %w", err)
		}
		results, err := t.predictBatch(ev, append([]array{{weights, []int{rows}}}, columns(b, rows)...))
		if err != nil {
			return err
		}
		take(b, results, real)
	}
	return nil
}

// indices returns 0 to n-1.
func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func (t *Trainer) predictBatch(ev *evaluation, batch []array) (results [][]float32, err error) {
	caught := exceptions.TryCatch[error](func() { results, err = t.executeEvaluation(ev, batch) })
	if caught != nil {
		err = fmt.Errorf("trainer: evaluation of %s: %w", t.name, caught)
	}
	return results, err
}

func (t *Trainer) executeEvaluation(ev *evaluation, batch []array) ([][]float32, error) {
	if err := ev.compile(); err != nil {
		return nil, fmt.Errorf("trainer: compile the evaluation of %s: %w", t.name, err)
	}
	t.state.grow()
	in := ev.arguments(t.setup.Backend)
	for i, a := range batch {
		in.bring(graph.ParameterHandle(i), a)
	}
	for _, r := range ev.reads {
		in.lend(r.at, t.state.params[r.param])
	}
	outputs, err := ev.run(in)
	if err != nil {
		return nil, err
	}
	var results [][]float32
	for _, out := range outputs {
		values, err := tensors.CopyFlatData[float32](out)
		if err != nil {
			return nil, err
		}
		results = append(results, values)
	}
	return results, nil
}

// Evaluate scores the model on a source: fused and every modality alone.
func (t *Trainer) Evaluate(ctx context.Context, src sample.Source) (*Evaluation, error) {
	p, err := t.Predict(ctx, src)
	if err != nil {
		return nil, err
	}
	out := &Evaluation{Loss: p.Losses[0]}
	if out.Scores, err = t.setup.Score.Score(p.Logits[0], &p.Labels); err != nil {
		return nil, err
	}
	for m, name := range t.setup.Model.Names() {
		scores, err := t.setup.Score.Score(p.Logits[1+m], &p.Labels)
		if err != nil {
			return nil, fmt.Errorf("trainer: modality %s: %w", name, err)
		}
		out.Modalities = append(out.Modalities, ModalityScores{Name: name, Loss: p.Losses[1+m], Scores: scores})
	}
	return out, nil
}
