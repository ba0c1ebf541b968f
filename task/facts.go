package task

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"cggm/sample"
)

// hash is the start of a SHA-256.
type hash [16]byte

// splitFacts gathers what Examine reports about one split.
type splitFacts struct {
	info     *Data
	inputs   []inputFacts
	label    labelFacts
	rows     int
	nothing  int // samples that lack every modality
	complete int // samples that have every modality
	// whole counts the samples that have every modality. With one missing, the
	// rest may well be alike by chance.
	whole map[hash]int
	parts []map[hash]int
}

// inputFacts gathers what is known about one modality of one split.
type inputFacts struct {
	sample.Layout
	vocabulary     int
	missing        int
	low, high      []float64 // per feature, over present samples
	broken, first  int       // values that are not finite, and the first sample with one
	outside, where int       // token ids outside the vocabulary, and the first sample with one
	lengths        [3]int    // shortest, sum, longest
	empty          int       // present samples of length 0
}

func newSplitFacts(d *Data, s sample.Source) *splitFacts {
	f := &splitFacts{info: d, whole: make(map[hash]int)}
	for i, l := range s.Inputs() {
		in := inputFacts{Layout: l}
		if i < len(d.Vocabulary) {
			in.vocabulary = d.Vocabulary[i]
		}
		in.lengths[0] = math.MaxInt
		f.inputs = append(f.inputs, in)
		f.parts = append(f.parts, make(map[hash]int))
	}
	f.label = newLabelFacts(d.Task, d.Outputs, s.Label())
	return f
}

// add takes in a batch whose first sample is number start of the split.
func (f *splitFacts) add(start int, b *sample.Batch) {
	n := len(f.inputs)
	rows := b.Label.Len()
	for k := range rows {
		whole, held := sha256.New(), 0
		for i := range f.inputs {
			if b.Present != nil && b.Present[k*n+i] == 0 {
				f.inputs[i].missing++
				continue
			}
			held++
			raw := f.inputs[i].add(start+k, k, &b.Inputs[i])
			whole.Write(raw)
			f.parts[i][shorten(sha256.Sum256(raw))]++
		}
		switch held {
		case 0:
			f.nothing++
		case n:
			f.complete++
			f.whole[shorten([32]byte(whole.Sum(nil)))]++
		}
		f.label.add(start+k, k, &b.Label)
	}
	f.rows += rows
}

func shorten(sum [32]byte) hash { return hash(sum[:16]) }

// add takes in sample k of the column and returns its bytes.
func (f *inputFacts) add(row, k int, c *sample.Column) []byte {
	size := c.Size()
	valid, width := size, 1
	var raw []byte
	if c.Ragged {
		n := int(c.Lengths[k])
		valid = size / c.Dims[0] * n
		f.lengths = [3]int{min(f.lengths[0], n), f.lengths[1] + n, max(f.lengths[2], n)}
		if n == 0 {
			f.empty++
		}
		raw = binary.LittleEndian.AppendUint32(raw, uint32(n))
	}
	switch c.Kind {
	case sample.Int:
		for _, v := range c.Ints[k*size:][:valid] {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(v))
			if f.vocabulary > 0 && (v < 0 || int(v) >= f.vocabulary) {
				if f.outside == 0 {
					f.where = row
				}
				f.outside++
			}
		}
		return raw
	case sample.Byte:
		return append(raw, c.Bytes[k*size:][:valid]...)
	}
	if len(c.Dims) > 0 && (len(c.Dims) > 1 || !c.Ragged) {
		width = c.Dims[len(c.Dims)-1]
	}
	if f.low == nil {
		f.low, f.high = make([]float64, width), make([]float64, width)
		for j := range width {
			f.low[j], f.high[j] = math.Inf(1), math.Inf(-1)
		}
	}
	for j, v := range c.Floats[k*size:][:valid] {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		wide := float64(v)
		if math.IsNaN(wide) || math.IsInf(wide, 0) {
			if f.broken == 0 {
				f.first = row
			}
			f.broken++
			continue
		}
		f.low[j%width], f.high[j%width] = min(f.low[j%width], wide), max(f.high[j%width], wide)
	}
	return raw
}

// report adds what was gathered; columns are judged in the training split only.
func (f *splitFacts) report(r *Report, split string, train bool) {
	r.Infof(split, "%d samples", f.rows)
	if f.nothing > 0 {
		r.Errorf(split, "%d samples lack every modality", f.nothing)
	}
	f.label.report(r, split+"/"+f.label.Name, train)
	for i := range f.inputs {
		f.inputs[i].report(r, split+"/"+f.inputs[i].Name, f.rows, train)
	}
	if repeated := f.complete - len(f.whole); repeated > 0 {
		r.Infof(split, "%d samples repeat an earlier one of the same split", repeated)
	}
}

func (f *inputFacts) report(r *Report, subject string, rows int, train bool) {
	shape := fmt.Sprintf("%v %v", f.Kind, f.Dims)
	if f.Ragged && f.missing < rows {
		shape += fmt.Sprintf(", length %d to %d, mean %.1f", f.lengths[0], f.lengths[2],
			float64(f.lengths[1])/float64(rows-f.missing))
	}
	if low, high, ok := f.span(); ok {
		shape += fmt.Sprintf(", values %.4g to %.4g", low, high)
	}
	r.Infof(subject, "%s", shape)
	if f.missing > 0 {
		share := float64(f.missing) / float64(rows)
		add := r.Infof
		if share > .5 {
			add = r.Warnf
		}
		if f.missing == rows && train {
			add = r.Errorf
		}
		add(subject, "missing in %d samples (%.1f %%)", f.missing, 100*share)
	}
	if f.broken > 0 {
		r.Errorf(subject, "%d values are NaN or infinite, first in sample %d: clean them or mark the modality as missing there", f.broken, f.first)
	}
	if f.outside > 0 {
		r.Errorf(subject, "%d token ids outside [0,%d), first in sample %d", f.outside, f.vocabulary, f.where)
	}
	if f.empty > 0 {
		r.Warnf(subject, "%d samples are present but have length 0", f.empty)
	}
	if constant := f.constant(); train && len(constant) > 0 {
		shown := strings.Trim(fmt.Sprint(constant[:min(8, len(constant))]), "[]")
		if len(constant) > 8 {
			shown += " ..."
		}
		r.Warnf(subject, "%d of %d features are constant: %s", len(constant), len(f.low), shown)
	}
}

func (f *inputFacts) span() (low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for j := range f.low {
		low, high = min(low, f.low[j]), max(high, f.high[j])
	}
	return low, high, low <= high
}

// constant lists the features that have one value in all samples.
func (f *inputFacts) constant() []int {
	var out []int
	for j := range f.low {
		if f.low[j] == f.high[j] {
			out = append(out, j)
		}
	}
	return out
}
