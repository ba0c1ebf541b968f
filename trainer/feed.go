package trainer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/feature"
	"cggm/network"
	"cggm/param"
	"cggm/sample"
)

// order returns the order in which an epoch visits n samples.
func order(seed uint64, epoch, n int) []int {
	return rand.New(rand.NewPCG(seed, 0x6f72646572<<8|uint64(epoch))).Perm(n)
}

// columns lists the arrays of a batch in the order in which they enter a graph.
func columns(b *sample.Batch, rows int) []array {
	var out []array
	for i := range b.Inputs {
		out = append(out, values(&b.Inputs[i], rows))
		if c := &b.Inputs[i]; c.Ragged {
			out = append(out, mask(c, rows))
		}
	}
	out = append(out, values(&b.Label, rows))
	present := b.Present
	if present == nil {
		present = make([]float32, rows*len(b.Inputs))
		for i := range present {
			present[i] = 1
		}
	}
	return append(out, array{present, []int{rows, len(b.Inputs)}})
}

func values(c *sample.Column, rows int) array {
	dims := append([]int{rows}, c.Dims...)
	switch c.Kind {
	case sample.Int:
		return array{c.Ints, dims}
	case sample.Byte:
		floats := make([]float32, len(c.Bytes))
		for i, v := range c.Bytes {
			floats[i] = float32(v)/127.5 - 1
		}
		return array{floats, dims}
	default:
		return array{c.Floats, dims}
	}
}

func mask(c *sample.Column, rows int) array {
	flags := make([]bool, rows*c.Dims[0])
	for i, n := range c.Lengths {
		for t := range int(n) {
			flags[i*c.Dims[0]+t] = true
		}
	}
	return array{flags, []int{rows, c.Dims[0]}}
}

// inlet is a batch's place in a graph.
type inlet struct {
	inputs  []feature.Feature
	labels  *graph.Node
	present *graph.Node
}

// newInlet declares a batch of the source's layout as graph parameters, in the
// order of columns.
func newInlet(g *graph.Graph, name string, src sample.Source, rows int) inlet {
	var in inlet
	node := func(l sample.Layout) *graph.Node {
		dtype := dtypes.Float32
		if l.Kind == sample.Int {
			dtype = dtypes.Int32
		}
		return graph.Parameter(g, name+"/"+l.Name, shapes.Make(dtype, append([]int{rows}, l.Dims...)...))
	}
	for _, l := range src.Inputs() {
		f := feature.Feature{Value: node(l)}
		if l.Ragged {
			f.Mask = graph.Parameter(g, name+"/"+l.Name+"/mask", shapes.Make(dtypes.Bool, rows, l.Dims[0]))
		}
		in.inputs = append(in.inputs, f)
	}
	in.labels = node(src.Label())
	in.present = graph.Parameter(g, name+"/present", shapes.Make(dtypes.Float32, rows, len(in.inputs)))
	return in
}

func (in inlet) pass(m *network.Model, b *param.Binding, complete bool) *network.Pass {
	if complete {
		return m.NewPass(b, in.inputs, nil)
	}
	return m.NewPass(b, in.inputs, in.present)
}

// complete reports whether the source never lacks a modality.
func complete(src sample.Source) bool {
	if p, ok := src.(interface{ Complete() bool }); ok {
		return p.Complete()
	}
	return false
}

// loaded is a batch on its way to the trainer.
type loaded struct {
	index   int
	rows    int
	columns []array
	heldout []array
	err     error
}

// stream reads the batches [from, len(batches)) of an epoch ahead of their use.
func stream(ctx context.Context, from int, batches int, read func(index int) loaded) (<-chan loaded, func()) {
	ctx, cancel := context.WithCancel(ctx)
	out := make(chan loaded, 2)
	go func() {
		defer close(out)
		for i := from; i < batches; i++ {
			l := read(i)
			l.index = i
			select {
			case out <- l:
			case <-ctx.Done():
				return
			}
			if l.err != nil {
				return
			}
		}
	}()
	return out, func() {
		cancel()
		// Drain, so that the reader's goroutine ends.
		for range out {
		}
	}
}

// receive waits for the next batch and returns how long that took.
func receive(ctx context.Context, in <-chan loaded) (loaded, time.Duration, error) {
	start := time.Now()
	select {
	case l, ok := <-in:
		if !ok {
			return loaded{}, 0, fmt.Errorf("trainer: the data ended early: %w", context.Cause(ctx))
		}
		return l, time.Since(start), l.err
	case <-ctx.Done():
		return loaded{}, 0, ctx.Err()
	}
}
