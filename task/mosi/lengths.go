package mosi

import (
	"fmt"

	"cggm/data/pickle"
)

// readLengths reads the lengths that MMSA's files state: of the text in the
// mask of text_bert [samples, 3, steps], which holds for all modalities of
// aligned files, and of audio and vision in lists. Errors begin with the key.
func (p *part) readLengths(d *pickle.Dict) []error {
	var errs []error
	text, err := p.textLengths(d)
	if err != nil {
		errs = append(errs, fmt.Errorf("[text_bert]: %w", err))
	}
	p.inputs[0].use(text)
	for m := 1; m < len(Modalities); m++ {
		in := &p.inputs[m]
		key := Modalities[m] + "_lengths"
		if _, ok := d.Get(key); !ok {
			if in.steps == p.inputs[0].steps {
				in.use(text)
			}
			continue
		}
		a, err := array(d, key)
		if err == nil && a.Len() != in.rows {
			err = fmt.Errorf("shape %v: want a length for each of %d samples", a.Shape, in.rows)
		}
		var lengths []int
		if err == nil {
			lengths, err = a.Ints()
		}
		for i, n := range lengths {
			if n < 0 && err == nil {
				err = fmt.Errorf("sample %d has length %d: must not be negative", i, n)
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("[%s]: %w", key, err))
			continue
		}
		in.use(lengths)
	}
	return errs
}

// textLengths returns the lengths of the text; nil: unknown.
func (p *part) textLengths(d *pickle.Dict) ([]int, error) {
	if _, ok := d.Get("text_bert"); !ok {
		return nil, nil
	}
	a, err := array(d, "text_bert")
	if err != nil {
		return nil, err
	}
	in := &p.inputs[0]
	if len(a.Shape) != 3 || a.Shape[0] != in.rows || a.Shape[1] != 3 {
		return nil, fmt.Errorf("shape %v: want [%d, 3, steps] of token ids, mask and segments", a.Shape, in.rows)
	}
	steps := a.Shape[2]
	if steps != in.steps {
		// Features of another text than the tokens have no mask here.
		return nil, nil
	}
	values, err := a.Ints()
	if err != nil {
		return nil, err
	}
	out := make([]int, in.rows)
	for i := range out {
		for t, v := range values[(3*i+1)*steps:][:steps] {
			if v != 0 {
				out[i] = t + 1
			}
		}
	}
	return out, nil
}

// use takes over lengths, at least 1 and at most the steps there are; nil
// changes nothing.
func (in *input) use(lengths []int) {
	if lengths == nil {
		return
	}
	in.lengths = make([]int32, len(lengths))
	for i, n := range lengths {
		switch {
		case n > in.steps:
			in.long++
		case n == 0:
			in.empty++
		}
		in.lengths[i] = int32(min(max(n, 1), in.steps))
	}
}

// trim moves the steps between the first and the last that is not all zeros to
// the front, where lengths are not known.
func (in *input) trim() {
	if in.lengths != nil {
		return
	}
	in.lengths = make([]int32, in.rows)
	size := in.steps * in.width
	for i := range in.rows {
		values := in.values[i*size:][:size]
		from, to := 0, size
		for to > 0 && values[to-1] == 0 {
			to--
		}
		for from < to && values[from] == 0 {
			from++
		}
		first, n := from/in.width, (to+in.width-1)/in.width-from/in.width
		if n <= 0 {
			first, n = 0, 1
			in.empty++
		}
		copy(values, values[first*in.width:(first+n)*in.width])
		clear(values[n*in.width:])
		in.lengths[i] = int32(n)
	}
}
