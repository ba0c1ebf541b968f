package sample

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
)

// Set is a Source whose samples are all in memory.
type Set struct {
	inputs  []Column
	label   Column
	present []float32
	rows    int
}

var _ Source = (*Set)(nil)

// NewSet checks the columns and returns them as a source. present is
// [samples, modalities] or nil.
func NewSet(inputs []Column, label Column, present []float32) (*Set, error) {
	s := &Set{inputs: inputs, label: label, present: present, rows: label.Len()}
	for i := range inputs {
		if err := inputs[i].Check(s.rows); err != nil {
			return nil, err
		}
	}
	if err := label.Check(s.rows); err != nil {
		return nil, err
	}
	if present != nil && len(present) != s.rows*len(inputs) {
		return nil, fmt.Errorf("sample: %d presence flags: want %d samples x %d modalities", len(present), s.rows, len(inputs))
	}
	return s, nil
}

// Len returns the number of samples.
func (s *Set) Len() int { return s.rows }

// Inputs returns the layouts of the modalities.
func (s *Set) Inputs() []Layout {
	layouts := make([]Layout, len(s.inputs))
	for i := range s.inputs {
		layouts[i] = s.inputs[i].Layout
	}
	return layouts
}

// Label returns the layout of the label.
func (s *Set) Label() Layout { return s.label.Layout }

// Read returns copies of the given samples; the draw has no effect.
func (s *Set) Read(_ context.Context, indices []int, _ Draw) (*Batch, error) {
	for _, i := range indices {
		if i < 0 || i >= s.rows {
			return nil, fmt.Errorf("sample: index %d outside [0,%d)", i, s.rows)
		}
	}
	return s.take(indices), nil
}

// Subset returns a new set with the given samples, in that order. Indices must
// lie in [0, Len()).
func (s *Set) Subset(indices []int) *Set {
	b := s.take(indices)
	return &Set{inputs: b.Inputs, label: b.Label, present: b.Present, rows: len(indices)}
}

// Select returns a set with the given modalities only, sharing memory.
func (s *Set) Select(modalities []int) *Set {
	out := &Set{label: s.label, rows: s.rows}
	for _, m := range modalities {
		out.inputs = append(out.inputs, s.inputs[m])
	}
	if s.present != nil {
		for row := range s.rows {
			for _, m := range modalities {
				out.present = append(out.present, s.present[row*len(s.inputs)+m])
			}
		}
	}
	return out
}

func (s *Set) take(indices []int) *Batch {
	b := &Batch{Inputs: make([]Column, len(s.inputs)), Label: pick(&s.label, indices)}
	for i := range s.inputs {
		b.Inputs[i] = pick(&s.inputs[i], indices)
	}
	if s.present != nil {
		b.Present = gather(s.present, len(s.inputs), indices)
	}
	return b
}

func pick(c *Column, indices []int) Column {
	out := Column{Layout: c.Layout}
	switch c.Kind {
	case Int:
		out.Ints = gather(c.Ints, c.Size(), indices)
	case Byte:
		out.Bytes = gather(c.Bytes, c.Size(), indices)
	default:
		out.Floats = gather(c.Floats, c.Size(), indices)
	}
	if c.Lengths != nil {
		out.Lengths = gather(c.Lengths, 1, indices)
	}
	return out
}

func gather[T any](values []T, size int, indices []int) []T {
	out := make([]T, len(indices)*size)
	for k, i := range indices {
		copy(out[k*size:(k+1)*size], values[i*size:(i+1)*size])
	}
	return out
}

// Fingerprint returns the SHA-256 of everything in the set, in hexadecimal.
func (s *Set) Fingerprint() string {
	h := sha256.New()
	buf := make([]byte, 0, 1<<16)
	flush := func(force bool) {
		if force || len(buf) > 1<<16-8 {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	word := func(v uint32) {
		buf = binary.LittleEndian.AppendUint32(buf, v)
		flush(false)
	}
	for _, c := range append([]Column{s.label}, s.inputs...) {
		flush(true)
		_, _ = fmt.Fprintf(h, "%s/%v/%v/%d\n", c.Name, c.Kind, c.Dims, s.rows)
		for _, v := range c.Floats {
			word(math.Float32bits(v))
		}
		for _, v := range c.Ints {
			word(uint32(v))
		}
		flush(true)
		h.Write(c.Bytes)
		for _, v := range c.Lengths {
			word(uint32(v))
		}
	}
	for _, v := range s.present {
		word(math.Float32bits(v))
	}
	flush(true)
	return hex.EncodeToString(h.Sum(nil))
}

// Complete reports whether no sample lacks a modality.
func (s *Set) Complete() bool { return s.present == nil }
