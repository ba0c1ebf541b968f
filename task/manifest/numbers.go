package manifest

import (
	"fmt"
	"math"
	"slices"

	"cggm/sample"
)

// Limits of one modality: the numbers it may hold, and the bytes of pictures.
const (
	maxValues       = 1 << 29
	maxPictureBytes = 1<<31 - 1
)

// draft is one modality of all samples.
type draft struct {
	column sample.Column
	// final is the shape of a sample after standardising, where it differs.
	final []int
	// present tells which samples have the modality; nil: all.
	present []bool
	// texts are the samples of a text modality, whose column is made when the
	// training samples are known.
	texts []string
	// vocabulary is the number of token ids, 0 for other modalities.
	vocabulary int
}

// join puts numeric series side by side: [samples, total width].
func join(name string, parts []*series) (sample.Column, error) {
	rows, width := parts[0].rows(), 0
	for _, s := range parts {
		if len(s.dims()) > 1 {
			return sample.Column{}, fmt.Errorf("%s: lists of shape %v: want a number or a flat list for every sample", s.origin(), s.dims())
		}
		width += s.size()
	}
	if width == 0 || rows*width > maxValues {
		return sample.Column{}, fmt.Errorf("%s: %d samples of %d numbers: want at least one and at most %d numbers in all",
			parts[0].origin(), rows, width, maxValues)
	}
	c := sample.Column{Layout: sample.Layout{Name: name, Dims: []int{width}}, Floats: make([]float32, rows*width)}
	at := 0
	for _, s := range parts {
		values, err := s.numbers()
		if err != nil {
			return sample.Column{}, err
		}
		n := s.size()
		for i := range rows {
			copy(c.Floats[i*width+at:][:n], values[i*n:][:n])
		}
		at += n
	}
	return c, nil
}

// columns builds a modality of numeric columns.
func (m Modality) columns(parts []*series) (*draft, error) {
	c, err := join(m.Name, parts)
	if err != nil {
		return nil, err
	}
	place := func(i, k int) string {
		for _, s := range parts {
			if k < s.size() {
				return s.at(i)
			}
			k -= s.size()
		}
		return parts[0].place(i)
	}
	return withholes(c, place)
}

// array builds a modality of an array; lengths may be nil.
func (m Modality) array(s, lengths *series) (*draft, error) {
	dims := s.dims()
	size := s.size()
	if m.Shape != nil {
		dims = m.Shape
		if n := product(dims); n != size {
			return nil, fmt.Errorf("%s: shape %v has %d values, the samples of the array %d (%v)", s.origin(), dims, n, size, s.dims())
		}
	}
	if len(dims) == 0 {
		dims = []int{1}
	}
	if size == 0 || len(s.values.Shape) == 0 {
		return nil, fmt.Errorf("%s: shape %v: want samples along the first axis and at least one value for each", s.origin(), s.values.Shape)
	}
	d := &draft{vocabulary: m.Vocabulary}
	c := &d.column
	c.Layout = sample.Layout{Name: m.Name, Dims: slices.Clone(dims)}
	_, isBytes := s.values.Values.([]uint8)
	var err error
	switch {
	case m.Vocabulary > 0 && !s.isInteger():
		return nil, fmt.Errorf("%s: %s with a vocabulary: token ids are integers", s.origin(), s.values.Type())
	case m.Vocabulary > 0 && len(dims) != 1:
		return nil, fmt.Errorf("%s: token ids of shape %v: want [tokens] for every sample", s.origin(), dims)
	case m.Vocabulary > 0:
		c.Kind = sample.Int
		c.Ints, err = s.integers()
	case isBytes && len(dims) >= 2 && lengths == nil:
		c.Kind, c.Bytes = sample.Byte, s.values.Values.([]uint8)
		if len(dims) == 2 {
			c.Dims = append(c.Dims, 1)
		}
		return d, nil
	default:
		c.Floats, err = s.numbers()
	}
	if err != nil {
		return nil, err
	}
	if lengths != nil {
		given, err := lengthsOf(lengths)
		if err != nil {
			return nil, err
		}
		if err := m.pad(c, s, given); err != nil {
			return nil, err
		}
	}
	if m.Length > 0 {
		if c.Kind != sample.Int && len(c.Dims) != 2 {
			return nil, fmt.Errorf("%s: length %d for samples of shape %v: only sequences are cut", s.origin(), m.Length, c.Dims)
		}
		m.crop(c)
	}
	if c.Kind == sample.Int {
		d.present = nonempty(c.Lengths)
		return d, checkTokens(c, s, m.Vocabulary)
	}
	filled, err := withholes(*c, func(i, _ int) string { return s.at(min(i, s.rows()-1)) })
	if err != nil {
		return nil, err
	}
	return filled, nil
}

func lengthsOf(s *series) ([]int, error) {
	if s.size() != 1 {
		return nil, fmt.Errorf("%s: lengths of shape %v: want one for every sample", s.origin(), s.dims())
	}
	short, err := s.integers()
	if err != nil {
		return nil, err
	}
	out := make([]int, len(short))
	for i, n := range short {
		if n < 0 {
			return nil, fmt.Errorf("%s: length %d: want 0 or more", s.at(i), n)
		}
		out[i] = int(n)
	}
	return out, nil
}

// pad makes a column ragged: [samples, steps, ...] gets lengths, and samples
// joined along the first axis, [all steps, width], are laid out one by one.
func (m Modality) pad(c *sample.Column, s *series, lengths []int) error {
	total, longest := 0, 0
	for _, n := range lengths {
		total, longest = total+n, max(longest, n)
	}
	c.Ragged = true
	c.Lengths = make([]int32, len(lengths))
	for i, n := range lengths {
		c.Lengths[i] = int32(n)
	}
	rows := s.rows()
	switch {
	case rows == len(lengths) && longest <= c.Dims[0] && len(c.Dims) <= 2:
		if c.Kind == sample.Float && len(c.Dims) == 1 {
			c.Dims = append(c.Dims, 1)
		}
		return nil
	case rows != total || len(s.dims()) > 1 || (c.Kind == sample.Int && len(s.dims()) != 0):
		return fmt.Errorf("%s: shape %v does not fit %d lengths that add up to %d, the longest %d: want [samples, steps, width], or [all steps, width] with all samples one after the other",
			s.origin(), s.values.Shape, len(lengths), total, longest)
	}
	width := s.size()
	longest = max(1, longest)
	if len(lengths)*longest*width > maxValues {
		return fmt.Errorf("%s: %d samples of up to %d steps are too much: want at most %d numbers", s.origin(), len(lengths), longest, maxValues)
	}
	c.Dims = []int{longest, width}
	if c.Kind == sample.Int {
		c.Dims = []int{longest}
	}
	c.Floats = lay(c.Floats, lengths, longest*width, width)
	c.Ints = lay(c.Ints, lengths, longest*width, width)
	return nil
}

// lay copies runs of steps to the starts of equal slots.
func lay[T any](in []T, lengths []int, slot, width int) []T {
	if in == nil {
		return nil
	}
	out := make([]T, len(lengths)*slot)
	for i, n := range lengths {
		copy(out[i*slot:], in[:n*width])
		in = in[n*width:]
	}
	return out
}

// crop cuts sequences to the modality's length.
func (m Modality) crop(c *sample.Column) {
	if m.Length >= c.Dims[0] {
		return
	}
	old, step := c.Size(), c.Size()/c.Dims[0]
	c.Dims[0] = m.Length
	for i := range c.Lengths {
		c.Lengths[i] = min(c.Lengths[i], int32(m.Length))
	}
	c.Floats = shorten(c.Floats, old, m.Length*step)
	c.Ints = shorten(c.Ints, old, m.Length*step)
}

func shorten[T any](in []T, old, size int) []T {
	if in == nil {
		return nil
	}
	out := make([]T, 0, len(in)/old*size)
	for ; len(in) > 0; in = in[old:] {
		out = append(out, in[:size]...)
	}
	return out
}

// nonempty tells which samples have a length above 0, nil when all do.
func nonempty(lengths []int32) []bool {
	if !slices.Contains(lengths, 0) {
		return nil
	}
	out := make([]bool, len(lengths))
	for i, n := range lengths {
		out[i] = n > 0
	}
	return out
}

func checkTokens(c *sample.Column, s *series, vocabulary int) error {
	size := c.Size()
	for k, v := range c.Ints {
		if c.Ragged && k%size >= int(c.Lengths[k/size]) {
			continue
		}
		if v < 0 || int(v) >= vocabulary {
			return fmt.Errorf("%s: token id %d outside [0,%d)", s.at(min(k/size, s.rows()-1)), v, vocabulary)
		}
	}
	return nil
}

// withholes finds the samples that lack a float modality, those without any
// number, and clears them. A sample with some numbers must have all of them.
func withholes(c sample.Column, place func(i, k int) string) (*draft, error) {
	size := c.Size()
	d := &draft{column: c}
	own := slices.Clone(c.Floats) // not the reader's memory
	d.column.Floats = own
	for i := range c.Len() {
		valid := size
		if c.Ragged {
			valid = size / c.Dims[0] * int(c.Lengths[i])
			clear(own[i*size+valid : (i+1)*size])
		}
		x := own[i*size:][:valid]
		holes, first := 0, 0
		for k, v := range x {
			if math.IsNaN(float64(v)) {
				if holes == 0 {
					first = k
				}
				holes++
			} else if math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("%s: the value is infinite", place(i, k))
			}
		}
		switch {
		case holes == len(x):
			if d.present == nil {
				d.present = slices.Repeat([]bool{true}, c.Len())
			}
			d.present[i] = false
			clear(x)
		case holes > 0:
			return nil, fmt.Errorf("%s: empty or NaN, while %d of the sample's %d values are there: fill it, or empty all of them if the modality is missing",
				place(i, first), len(x)-holes, len(x))
		}
	}
	return d, nil
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
