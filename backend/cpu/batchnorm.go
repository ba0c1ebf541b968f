package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// normalizer builds batch normalisation of basic operations, which the
// compiler fuses. 16-bit numbers are computed with in float32.
type normalizer struct {
	chain
	full  shapes.Shape // of the operand, in the type computed with
	axis  int
	over  []int // the axes that statistics are taken over
	given dtypes.DType
}

// normalizer checks the operand, and that stats have a number for each of its
// features.
func (f *function) normalizer(op compute.OpType, operand compute.Value, axis int, stats ...compute.Value) (*normalizer, error) {
	s, err := f.Shape(operand)
	if err != nil {
		return nil, fmt.Errorf("%w (operation %s)", err, op)
	}
	if !s.DType.IsFloat() {
		return nil, fmt.Errorf("cpu: operation %s of %s: it takes floats: convert the operand to float32", op, s)
	}
	if axis < -s.Rank() || axis >= s.Rank() {
		return nil, fmt.Errorf("cpu: operation %s of %s: there is no axis %d: name one of the %d axes", op, s, axis, s.Rank())
	}
	if axis < 0 {
		axis += s.Rank()
	}
	for _, v := range stats {
		given, err := f.Shape(v)
		if err != nil {
			return nil, fmt.Errorf("%w (operation %s)", err, op)
		}
		if want := shapes.Make(s.DType, s.Dimensions[axis]); !given.Equal(want) {
			return nil, fmt.Errorf("cpu: operation %s of %s with features along axis %d: statistics of shape %s: want %s", op, s, axis, given, want)
		}
	}
	b := &normalizer{chain: chain{function: f}, full: s.Clone(), axis: axis, given: s.DType}
	if s.DType.IsHalfPrecision() {
		b.full.DType = dtypes.Float32
	}
	for i := range s.Dimensions {
		if i != axis {
			b.over = append(b.over, i)
		}
	}
	return b, nil
}

// load and store convert to the type computed with, and back.
func (b *normalizer) load(v compute.Value) compute.Value {
	return b.do(b.ConvertDType(v, b.full.DType))
}

func (b *normalizer) store(v compute.Value) compute.Value { return b.do(b.ConvertDType(v, b.given)) }

// wide repeats a number for each feature along all other axes.
func (b *normalizer) wide(v compute.Value) compute.Value {
	return b.do(b.BroadcastInDim(v, b.full, []int{b.axis}))
}

func (b *normalizer) number(v float64) compute.Value {
	if b.full.DType == dtypes.Float32 {
		return b.do(b.Constant([]float32{float32(v)}))
	}
	return b.do(b.Constant([]float64{v}))
}

func (b *normalizer) count() float64 {
	n := 1
	for _, axis := range b.over {
		n *= b.full.Dimensions[axis]
	}
	return float64(n)
}

func (b *normalizer) sum(v compute.Value) compute.Value {
	if len(b.over) == 0 {
		return v
	}
	return b.do(b.ReduceSum(v, b.over...))
}

func (b *normalizer) mean(v compute.Value) compute.Value {
	return b.do(b.Div(b.sum(v), b.number(b.count())))
}

// inverse returns 1/sqrt(variance + epsilon).
func (b *normalizer) inverse(variance compute.Value, epsilon float32) compute.Value {
	return b.do(b.Rsqrt(b.do(b.Add(variance, b.number(float64(epsilon))))))
}

func (b *normalizer) normalize(x, scale, offset, mean, variance compute.Value, epsilon float32) compute.Value {
	centred := b.do(b.Sub(x, b.wide(mean)))
	factor := b.do(b.Mul(b.inverse(variance, epsilon), scale))
	return b.do(b.Add(b.do(b.Mul(centred, b.wide(factor))), b.wide(offset)))
}

// BatchNormForInference implements compute.Function.
func (f *function) BatchNormForInference(operand, scale, offset, mean, variance compute.Value, epsilon float32, featureAxis int) (compute.Value, error) {
	b, err := f.normalizer(compute.OpTypeBatchNormForInference, operand, featureAxis, scale, offset, mean, variance)
	if err != nil {
		return nil, err
	}
	y := b.store(b.normalize(b.load(operand), b.load(scale), b.load(offset), b.load(mean), b.load(variance), epsilon))
	return y, b.err
}

// BatchNormForTraining implements compute.Function. The variance is the mean
// square of the distances from the mean.
func (f *function) BatchNormForTraining(operand, scale, offset compute.Value, epsilon float32, featureAxis int) (normalized, batchMean, batchVariance compute.Value, err error) {
	b, err := f.normalizer(compute.OpTypeBatchNormForTraining, operand, featureAxis, scale, offset)
	if err != nil {
		return nil, nil, nil, err
	}
	x := b.load(operand)
	mean := b.mean(x)
	centred := b.do(b.Sub(x, b.wide(mean)))
	variance := b.mean(b.do(b.Mul(centred, centred)))
	normalized = b.store(b.normalize(x, b.load(scale), b.load(offset), mean, variance, epsilon))
	return normalized, b.store(mean), b.store(variance), b.err
}

// BatchNormGradient implements compute.Function. With n numbers a feature, g
// the gradient of the result, c = x - mean and r = 1/sqrt(variance + epsilon),
// those of offset, scale and x are sum(g), r sum(g c) and
// scale r (g - sum(g)/n - c r^2 sum(g c)/n).
func (f *function) BatchNormGradient(operand, scale, mean, variance, gradOutput compute.Value, epsilon float32, featureAxis int) (gradOperand, gradScale, gradOffset compute.Value, err error) {
	b, err := f.normalizer(compute.OpTypeBatchNormGradient, operand, featureAxis, scale, mean, variance)
	if err != nil {
		return nil, nil, nil, err
	}
	if s, err := f.Shape(gradOutput); err != nil || !s.EqualDimensions(b.full) || s.DType != b.given {
		return nil, nil, nil, fmt.Errorf("cpu: operation %s: the gradient of the result has shape %s: want that of the operand, (%s)%v",
			compute.OpTypeBatchNormGradient, s, b.given, b.full.Dimensions)
	}
	g := b.load(gradOutput)
	centred := b.do(b.Sub(b.load(operand), b.wide(b.load(mean))))
	inverse := b.inverse(b.load(variance), epsilon)
	total, along := b.sum(g), b.sum(b.do(b.Mul(g, centred)))
	n := b.number(b.count())
	slope := b.do(b.Div(b.do(b.Mul(along, b.do(b.Mul(inverse, inverse)))), n))
	rest := b.do(b.Sub(g, b.wide(b.do(b.Div(total, n)))))
	rest = b.do(b.Sub(rest, b.do(b.Mul(centred, b.wide(slope)))))
	factor := b.do(b.Mul(b.load(scale), inverse))
	gradOperand = b.do(b.Mul(rest, b.wide(factor)))
	return b.store(gradOperand), b.store(b.do(b.Mul(along, inverse))), b.store(total), b.err
}
