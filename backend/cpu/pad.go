package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"

	"cggm/backend/cpu/internal/kernel"
)

// padding is the box of an array that a padded array keeps, and where it goes.
type padding struct {
	from, to     int
	source, dest []int // strides
	kept         []int
}

func newPadding(x, dims []int, axes []compute.PadAxis) padding {
	p := padding{source: strides(x), dest: strides(dims), kept: slices.Clone(x)}
	for i, a := range axes {
		// Element k goes to place a.Start + k*step, if there is such a place.
		step := a.Interior + 1
		first := max(0, (-a.Start+step-1)/step)
		last := -1
		if room := dims[i] - 1 - a.Start; room >= 0 {
			last = min(x[i]-1, room/step)
		}
		p.kept[i] = max(0, last-first+1)
		p.from += first * p.source[i]
		p.to += (a.Start + first*step) * p.dest[i]
		p.dest[i] *= step
	}
	return p
}

// pad surrounds arrays of any type with a value; negative padding takes
// elements away.
func pad(n *node, in, out []int) func(*frame) error {
	p := newPadding(n.inputs[0].shape.Dimensions, n.outputs[0].shape.Dimensions, n.args[0].([]compute.PadAxis))
	switch n.outputs[0].shape.DType {
	case dtypes.Float32:
		return padOf[float32](p, in, out)
	case dtypes.Float64:
		return padOf[float64](p, in, out)
	case dtypes.Float16:
		return padOf[float16.Float16](p, in, out)
	case dtypes.BFloat16:
		return padOf[bfloat16.BFloat16](p, in, out)
	case dtypes.Int8:
		return padOf[int8](p, in, out)
	case dtypes.Int16:
		return padOf[int16](p, in, out)
	case dtypes.Int32:
		return padOf[int32](p, in, out)
	case dtypes.Int64:
		return padOf[int64](p, in, out)
	case dtypes.Uint8:
		return padOf[uint8](p, in, out)
	case dtypes.Uint16:
		return padOf[uint16](p, in, out)
	case dtypes.Uint32:
		return padOf[uint32](p, in, out)
	case dtypes.Uint64:
		return padOf[uint64](p, in, out)
	case dtypes.Bool:
		return padOf[bool](p, in, out)
	}
	return nil
}

func padOf[T any](p padding, in, out []int) func(*frame) error {
	return func(fr *frame) error {
		dst, value := fr.bufs[out[0]].([]T), fr.bufs[in[1]].([]T)[0]
		fill(dst, value)
		if product(p.kept) > 0 {
			kernel.CopyStrided(dst, p.to, p.dest, fr.bufs[in[0]].([]T), p.from, p.source, p.kept)
		}
		return nil
	}
}
