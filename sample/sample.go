// Package sample holds labelled multimodal samples between the files they come
// from and the batches that training reads.
package sample

import (
	"context"
	"fmt"
)

// Kind is the element type of a column.
type Kind uint8

// The element types of a column. A byte column holds 0..255 and reaches the
// network as float32 in [-1,1].
const (
	Float Kind = iota
	Int
	Byte
)

// String returns "float", "int" or "byte".
func (k Kind) String() string { return [...]string{"float", "int", "byte"}[k] }

// Layout describes one column of a source: what every sample holds there.
type Layout struct {
	Name string
	Kind Kind
	// Dims is the shape of one sample: {} a scalar, {width}, {tokens, width},
	// {tokens} for integer tokens, {height, width, channels}.
	Dims []int
	// Ragged says that the first axis of Dims is padded and that every sample
	// has a length of its own.
	Ragged bool
}

// Size returns the number of elements of one sample.
func (l Layout) Size() int {
	n := 1
	for _, d := range l.Dims {
		n *= d
	}
	return n
}

// Column holds one column for a number of samples, row-major. Exactly the
// slice that belongs to the layout's kind is used.
type Column struct {
	Layout
	Floats []float32
	Ints   []int32
	Bytes  []uint8
	// Lengths is the number of valid entries on the first axis per sample;
	// nil unless the layout is ragged.
	Lengths []int32
}

// Len returns the number of samples that the column holds.
func (c *Column) Len() int {
	n := c.Size()
	if n == 0 {
		return 0
	}
	switch c.Kind {
	case Int:
		return len(c.Ints) / n
	case Byte:
		return len(c.Bytes) / n
	default:
		return len(c.Floats) / n
	}
}

// Check reports a column whose slices do not hold rows samples.
func (c *Column) Check(rows int) error {
	held := map[Kind]int{Float: len(c.Floats), Int: len(c.Ints), Byte: len(c.Bytes)}
	for kind, n := range held {
		want := 0
		if kind == c.Kind {
			want = rows * c.Size()
		}
		if n != want {
			return fmt.Errorf("sample: column %q holds %d %v values: want %d for %d samples of shape %v",
				c.Name, n, kind, want, rows, c.Dims)
		}
	}
	if c.Ragged != (c.Lengths != nil) || (c.Ragged && len(c.Lengths) != rows) {
		return fmt.Errorf("sample: column %q has %d lengths for %d samples: give one per sample exactly when the column is ragged",
			c.Name, len(c.Lengths), rows)
	}
	for i, n := range c.Lengths {
		if n < 0 || int(n) > c.Dims[0] {
			return fmt.Errorf("sample: column %q, sample %d: length %d outside [0,%d]", c.Name, i, n, c.Dims[0])
		}
	}
	return nil
}

// Source gives samples by index. Implementations are safe for concurrent use.
type Source interface {
	// Len is the number of samples.
	Len() int
	// Inputs describes the modalities, in the order of the model.
	Inputs() []Layout
	// Label describes the label.
	Label() Layout
	// Read returns the samples with the given indices. epoch and seed choose
	// random augmentation, where the source has any: the same arguments give
	// the same bytes. The batch is the caller's: the source does not write to
	// it afterwards.
	Read(ctx context.Context, indices []int, draw Draw) (*Batch, error)
}

// Draw says which random augmentation a read applies.
type Draw struct {
	Seed  uint64
	Epoch int
	// Augment is false for evaluation, which reads samples as they are.
	Augment bool
}

// Batch holds some samples of a source.
type Batch struct {
	Inputs []Column
	Label  Column
	// Present is [samples, modalities], 0 where a sample lacks a modality;
	// nil: everything is there.
	Present []float32
}

// Splits are the three sets of a protocol. Training sees Train, selection Val;
// Test is read once at the end.
type Splits struct {
	Train, Val, Test Source
}
