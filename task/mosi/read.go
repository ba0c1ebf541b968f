package mosi

import (
	"context"
	"errors"
	"fmt"
	"math"

	"cggm/data"
	"cggm/data/pickle"
)

// highest is the end of the scale of sentiments.
const highest = 3

// content is what a pickle holds.
type content struct {
	path, layout string
	parts        [3]*part
	warnings     []string
}

// part is one split.
type part struct {
	keys []string
	// ids name the utterances, videos what they are cut from; nil: unknown.
	ids, videos []string
	inputs      [3]input
	labels      []float32
	// classes are 0 negative, 1 neutral, 2 positive; nil: not in the file.
	classes []int
}

// input is one modality of one split.
type input struct {
	rows, steps, width int
	values             []float32
	// lengths are the valid steps per sample; nil: all.
	lengths []int32
	// silent values were -inf; long and empty are samples of a length beyond
	// the array and of length 0; cleaned values were no numbers.
	silent, long, empty, cleaned int
}

// read reads the pickle. The content is nil only where nothing can be said
// about it.
func read(ctx context.Context, path string, config Config) (*content, error) {
	v, err := pickle.Read(path)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &content{path: path, layout: "CGGM"}
	var errs []error
	for i, key := range keys {
		found, err := pickle.Lookup(v, key)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w: want the splits train, valid and test", path, err))
			continue
		}
		dict, ok := found.(*pickle.Dict)
		if !ok {
			errs = append(errs, fmt.Errorf("%s: [%s] is no dictionary: want one with text, audio, vision and labels", path, key))
			continue
		}
		if _, ok := dict.Get("regression_labels"); ok {
			c.layout = "MMSA"
		}
		part, problems := readPart(dict, config)
		c.parts[i] = part
		for _, err := range problems {
			errs = append(errs, fmt.Errorf("%s: [%s]%w", path, key, err))
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	if len(errs) == 0 {
		errs = c.align(config)
	}
	if len(errs) == 0 {
		c.note()
	}
	return c, errors.Join(errs...)
}

// readPart reads a split. Errors begin with the key in brackets.
func readPart(d *pickle.Dict, config Config) (*part, []error) {
	p := &part{keys: keysOf(d)}
	var errs []error
	fail := func(key string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("[%s]: %w", key, err))
		}
	}
	labels := "labels"
	if _, ok := d.Get("regression_labels"); ok {
		labels = "regression_labels"
	}
	var err error
	if p.labels, err = readLabels(d, labels); err != nil {
		fail(labels, err)
	}
	for m, name := range Modalities {
		p.inputs[m], err = readInput(d, name, config.Clean)
		fail(name, err)
		if in := p.inputs[m]; err == nil && p.labels != nil && in.rows != len(p.labels) {
			fail(name, fmt.Errorf("%d samples, but %d labels: every modality must have a row per label", in.rows, len(p.labels)))
		}
	}
	if len(errs) > 0 {
		return p, errs
	}
	if v, ok := d.Get("id"); ok {
		p.ids, p.videos, err = readIDs(v, len(p.labels))
		fail("id", err)
	}
	if v, ok := d.Get("classification_labels"); ok {
		// Labels of some other kind are not needed.
		if a, err := pickle.Dense(v); err == nil && a.Len() == len(p.labels) {
			p.classes, _ = a.Ints()
		}
	}
	if config.Lengths != LengthsAll {
		errs = append(errs, p.readLengths(d)...)
	}
	if config.Lengths == LengthsZeros && len(errs) == 0 {
		for m := range p.inputs {
			p.inputs[m].trim()
		}
	}
	return p, errs
}

func keysOf(d *pickle.Dict) []string {
	var out []string
	for _, k := range d.Keys {
		switch k := k.(type) {
		case []byte:
			out = append(out, string(k))
		default:
			out = append(out, fmt.Sprint(k))
		}
	}
	return out
}

// array returns the array of a key.
func array(d *pickle.Dict, key string) (data.Array, error) {
	v, ok := d.Get(key)
	if !ok {
		return data.Array{}, fmt.Errorf("not in the pickle, which has %v", keysOf(d))
	}
	return pickle.Dense(v)
}

// readLabels reads one number per sample, of any shape with axes of length 1.
func readLabels(d *pickle.Dict, key string) ([]float32, error) {
	a, err := array(d, key)
	if err != nil {
		return nil, err
	}
	if len(a.Shape) == 0 || a.Len() != a.Shape[0] {
		return nil, fmt.Errorf("shape %v: want one number per sample", a.Shape)
	}
	if a.Len() == 0 {
		return nil, errors.New("no samples")
	}
	values, err := a.Float32()
	if err != nil {
		return nil, err
	}
	neutral := true
	for i, v := range values {
		// The comparison is false for NaN.
		if !(v >= -highest && v <= highest) {
			return nil, fmt.Errorf("sample %d has the label %v: want a sentiment in [-%d,%d]", i, v, highest, highest)
		}
		neutral = neutral && v == 0
	}
	if neutral {
		return nil, fmt.Errorf("all %d labels are 0: want sentiments in [-%d,%d]", len(values), highest, highest)
	}
	return values, nil
}

// readInput reads a modality.
func readInput(d *pickle.Dict, name string, clean bool) (input, error) {
	a, err := array(d, name)
	if err != nil {
		return input{}, err
	}
	if len(a.Shape) != 3 || a.Len() == 0 {
		return input{}, fmt.Errorf("shape %v: want [samples, steps, width]", a.Shape)
	}
	in := input{rows: a.Shape[0], steps: a.Shape[1], width: a.Shape[2]}
	if in.values, err = a.Float32(); err != nil {
		return in, err
	}
	broken, first := 0, 0
	for i, v := range in.values {
		wide := float64(v)
		switch {
		case !math.IsNaN(wide) && !math.IsInf(wide, 0):
			continue
		case name == "audio" && math.IsInf(wide, -1):
			in.silent++
		case clean:
			in.cleaned++
		default:
			if broken == 0 {
				first = i / (in.steps * in.width)
			}
			broken++
			continue
		}
		in.values[i] = 0
	}
	if broken > 0 {
		return in, fmt.Errorf("%d values are NaN or infinite, first in sample %d: set data.settings.clean=true to count them as 0", broken, first)
	}
	return in, nil
}

// align checks that the splits have modalities of one shape.
func (c *content) align(config Config) []error {
	var errs []error
	for m, name := range Modalities {
		want := c.parts[0].inputs[m]
		for i, p := range c.parts {
			if in := p.inputs[m]; in.steps != want.steps || in.width != want.width {
				errs = append(errs, fmt.Errorf("%s: [%s][%s]: %d steps of width %d, but %d of %d in [train]: want the same",
					c.path, keys[i], name, in.steps, in.width, want.steps, want.width))
			}
		}
	}
	if config.Lengths != LengthsFile || len(errs) > 0 {
		return errs
	}
	for m, name := range Modalities {
		if c.ragged(m) {
			for i, p := range c.parts {
				if p.inputs[m].lengths == nil {
					c.warnings = append(c.warnings, fmt.Sprintf("%s: no lengths of %s, which other splits have: every step counts", splitNames[i], name))
				}
			}
		}
	}
	return nil
}

// ragged says whether some split has lengths of the modality.
func (c *content) ragged(m int) bool {
	for _, p := range c.parts {
		if p.inputs[m].lengths != nil {
			return true
		}
	}
	return false
}

// lengths returns those of a split, nil where no split has any.
func (c *content) lengths(split, m int) []int32 {
	in := c.parts[split].inputs[m]
	if in.lengths != nil || !c.ragged(m) {
		return in.lengths
	}
	out := make([]int32, in.rows)
	for i := range out {
		out[i] = int32(in.steps)
	}
	return out
}

// note warns about what was changed, and what is not known.
func (c *content) note() {
	warn := func(format string, args ...any) { c.warnings = append(c.warnings, fmt.Sprintf(format, args...)) }
	for i, p := range c.parts {
		if p.ids == nil {
			warn("%s: no ids: nobody can tell whether a video is in two splits", splitNames[i])
		}
		for m, in := range p.inputs {
			subject := splitNames[i] + "/" + Modalities[m]
			if in.silent > 0 {
				warn("%s: %d values are -inf and count as 0, as in the published code", subject, in.silent)
			}
			if in.cleaned > 0 {
				warn("%s: %d values are NaN or infinite and count as 0", subject, in.cleaned)
			}
			if in.long > 0 {
				warn("%s: %d samples have a length beyond the %d steps of the array: they end there", subject, in.long, in.steps)
			}
			if in.empty > 0 {
				warn("%s: %d samples have length 0: one step of padding counts", subject, in.empty)
			}
		}
	}
}
