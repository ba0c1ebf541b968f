package iemocap

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"

	"cggm/data/hdf5"
)

// files are those of the features, and of the numbers that standardise audio.
var files = [3]string{filepath.Join("L", "bert_large.h5"), filepath.Join("A", "comparE.h5"), filepath.Join("V", "denseface.h5")}

// maxWidth and maxSteps bound what a file may claim of one utterance.
const (
	maxWidth = 1 << 16
	maxSteps = 1 << 16
)

// stored is a file of features.
type stored struct {
	path string
	// utterances are in it, unused ones in no split.
	utterances, unused int
}

// shape is that of an utterance's features.
type shape struct{ steps, width int }

// readFeatures reads a modality of all splits: the shapes first, so that every
// split is padded to the same steps, then one utterance at a time.
func (c *content) readFeatures(ctx context.Context, m int, config Config) error {
	path := filepath.Join(c.root, files[m])
	f, err := hdf5.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	names := c.names()
	if err := f.Expect(names...); err != nil {
		return err
	}
	c.stored = append(c.stored, stored{path, len(f.Names()), len(f.Names()) - len(names)})
	shapes, longest, err := measure(f, path, names)
	if err != nil {
		return err
	}
	// The bytes of the longest prove the sizes to which others are padded.
	if _, err := f.Array(longest); err != nil {
		return err
	}
	most := config.Steps.list()[m]
	steps := min(most, shapes[longest].steps)
	if config.Lengths == LengthsAll {
		steps = most
	}
	for i, p := range c.parts {
		in := &p.inputs[m]
		*in = input{steps: steps, width: shapes[longest].width, lengths: make([]int32, len(p.ids))}
		in.values = make([]float32, len(p.ids)*steps*in.width)
		broken, first := 0, ""
		for row, id := range p.ids {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := in.fill(f, row, id, config)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", path, id, err)
			}
			if n > 0 && broken == 0 {
				first = id
			}
			broken += n
		}
		if broken > 0 {
			return fmt.Errorf("%s: %d values of %s are NaN or infinite, first in %s: set data.settings.clean=true to count them as 0",
				path, broken, splitNames[i], first)
		}
	}
	return nil
}

// measure returns the shapes of the utterances, and which has most steps.
func measure(f *hdf5.File, path string, names []string) (map[string]shape, string, error) {
	shapes := make(map[string]shape, len(names))
	longest := names[0]
	var errs []error
	for _, id := range names {
		got, ok := f.Shape(id)
		if !ok {
			_, err := f.Array(id)
			errs = append(errs, err)
			continue
		}
		if len(got) != 2 || got[0] < 1 || got[1] < 1 || got[0] > maxSteps || got[1] > maxWidth {
			errs = append(errs, fmt.Errorf("%s: %s: shape %v: want [steps, width], of at most %d and %d", path, id, got, maxSteps, maxWidth))
			continue
		}
		shapes[id] = shape{got[0], got[1]}
		if first, ok := shapes[names[0]]; ok && first.width != got[1] {
			errs = append(errs, fmt.Errorf("%s: %s: width %d, but %s has %d: want the same of all utterances", path, id, got[1], names[0], first.width))
		}
		if got[0] > shapes[longest].steps {
			longest = id
		}
	}
	return shapes, longest, errors.Join(errs...)
}

// fill reads an utterance into a row. It returns how many values are no
// numbers and may not be cleaned.
func (in *input) fill(f *hdf5.File, row int, id string, config Config) (broken int, err error) {
	a, err := f.Array(id)
	if err != nil {
		return 0, err
	}
	values, err := a.Float32()
	if err != nil {
		return 0, err
	}
	n := a.Shape[0]
	if config.Lengths == LengthsZeros {
		n = trimmed(values, in.width)
		if n == 0 {
			in.empty++
			n = 1
		}
	}
	if n > in.steps {
		in.long++
		n = in.steps
	}
	in.lengths[row] = int32(n)
	out := in.row(row)
	copy(out, values)
	for i, v := range out {
		if wide := float64(v); math.IsNaN(wide) || math.IsInf(wide, 0) {
			if !config.Clean {
				broken++
				continue
			}
			in.cleaned++
			out[i] = 0
		}
	}
	return broken, nil
}

// row returns the valid steps of a sample.
func (in *input) row(row int) []float32 {
	return in.values[row*in.steps*in.width:][:int(in.lengths[row])*in.width]
}

// trimmed returns the number of rows up to the last that is not all zeros.
func trimmed(values []float32, width int) int {
	n := len(values)
	for n > 0 && values[n-1] == 0 {
		n--
	}
	return (n + width - 1) / width
}
