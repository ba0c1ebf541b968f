package augment

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"cggm/sample"
)

// Source changes the samples of another source when they are read for
// training. It is safe for concurrent use if that is.
type Source struct {
	sample.Source
	options Options
}

var _ sample.Source = (*Source)(nil)

// NewSource returns the source with the given changes. It refuses options
// outside their ranges and modalities that the source lacks or that are no
// maps.
func NewSource(s sample.Source, o Options) (*Source, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	var names []string
	for _, l := range s.Inputs() {
		if len(l.Dims) == 3 && l.Kind != sample.Int {
			names = append(names, l.Name)
		}
	}
	for _, name := range o.Modalities {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("augment: modality %q: choose from the maps, %q", name, names)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("augment: no modality is a map [height, width, channels]")
	}
	return &Source{s, o}, nil
}

// Read returns the samples with the given indices, changed if the draw asks
// for it.
func (s *Source) Read(ctx context.Context, indices []int, draw sample.Draw) (*sample.Batch, error) {
	b, err := s.Source.Read(ctx, indices, draw)
	if err != nil || !draw.Augment {
		return b, err
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(indices)) {
		workers.Go(func() {
			for row := range next {
				s.change(b, row, draw, indices[row])
			}
		})
	}
	for row := range indices {
		next <- row
	}
	close(next)
	workers.Wait()
	return b, ctx.Err()
}

// change changes one row of the batch.
func (s *Source) change(b *sample.Batch, row int, draw sample.Draw, index int) {
	var changed Sample
	var columns []*sample.Column
	for i := range b.Inputs {
		if c := &b.Inputs[i]; s.options.wants(c.Layout) {
			changed.Maps = append(changed.Maps, load(c, row))
			columns = append(columns, c)
		}
	}
	label := &b.Label
	if d := label.Dims; len(d) == 2 && label.Kind == sample.Int {
		n := label.Size()
		m := &Map{Height: d[0], Width: d[1], Channels: 1, Values: make([]float32, n)}
		for i, v := range label.Ints[row*n : (row+1)*n] {
			m.Values[i] = float32(v)
		}
		changed.Labels = m
	}
	s.options.Apply(draw, index, &changed)
	for i, c := range columns {
		store(c, row, changed.Maps[i])
	}
	if m := changed.Labels; m != nil {
		for i, v := range m.Values {
			label.Ints[row*len(m.Values)+i] = int32(v)
		}
	}
}

// load returns a row of a column as a map; bytes become [0,1].
func load(c *sample.Column, row int) *Map {
	n := c.Size()
	m := &Map{Height: c.Dims[0], Width: c.Dims[1], Channels: c.Dims[2], Picture: c.Kind == sample.Byte, Values: make([]float32, n)}
	if !m.Picture {
		copy(m.Values, c.Floats[row*n:])
		return m
	}
	for i, v := range c.Bytes[row*n : (row+1)*n] {
		m.Values[i] = float32(v) / 255
	}
	return m
}

// store puts a map back into its row.
func store(c *sample.Column, row int, m *Map) {
	n := len(m.Values)
	if !m.Picture {
		copy(c.Floats[row*n:], m.Values)
		return
	}
	for i, v := range m.Values {
		c.Bytes[row*n+i] = uint8(v*255 + .5)
	}
}
