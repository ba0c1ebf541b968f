package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Abs implements compute.Function.
func (f *function) Abs(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeAbs, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Abs(in[0]))
	}))
}

// Add implements compute.Function.
func (f *function) Add(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeAdd, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Add(in[0], in[1]))
	}))
}

// Atan2 implements compute.Function.
func (f *function) Atan2(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeAtan2, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Atan2(in[0], in[1]))
	}))
}

// ArgMinMax implements compute.Function.
func (f *function) ArgMinMax(x compute.Value, axis int, outputDType dtypes.DType, isMin bool) (compute.Value, error) {
	return first(f.record(compute.OpTypeArgMinMax, []compute.Value{x}, []any{axis, outputDType, isMin}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ArgMinMax(in[0], axis, outputDType, isMin))
	}))
}

// Bitcast implements compute.Function.
func (f *function) Bitcast(operand compute.Value, targetDType dtypes.DType) (compute.Value, error) {
	return first(f.record(compute.OpTypeBitcast, []compute.Value{operand}, []any{targetDType}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Bitcast(in[0], targetDType))
	}))
}

// BitCount implements compute.Function.
func (f *function) BitCount(operand compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeBitCount, []compute.Value{operand}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.BitCount(in[0]))
	}))
}

// BitwiseAnd implements compute.Function.
func (f *function) BitwiseAnd(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeBitwiseAnd, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.BitwiseAnd(in[0], in[1]))
	}))
}

// BitwiseNot implements compute.Function.
func (f *function) BitwiseNot(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeBitwiseNot, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.BitwiseNot(in[0]))
	}))
}

// BitwiseOr implements compute.Function.
func (f *function) BitwiseOr(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeBitwiseOr, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.BitwiseOr(in[0], in[1]))
	}))
}

// BitwiseXor implements compute.Function.
func (f *function) BitwiseXor(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeBitwiseXor, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.BitwiseXor(in[0], in[1]))
	}))
}

// BroadcastInDim implements compute.Function.
func (f *function) BroadcastInDim(x compute.Value, outputShape shapes.Shape, broadcastAxes []int) (compute.Value, error) {
	return first(f.record(compute.OpTypeBroadcastInDim, []compute.Value{x}, []any{outputShape, broadcastAxes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.BroadcastInDim(in[0], outputShape, broadcastAxes))
	}))
}

// Ceil implements compute.Function.
func (f *function) Ceil(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeCeil, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Ceil(in[0]))
	}))
}

// Clamp implements compute.Function.
func (f *function) Clamp(low compute.Value, x compute.Value, high compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeClamp, []compute.Value{low, x, high}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Clamp(in[0], in[1], in[2]))
	}))
}

// Clz implements compute.Function.
func (f *function) Clz(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeClz, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Clz(in[0]))
	}))
}

// Complex implements compute.Function.
func (f *function) Complex(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeComplex, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Complex(in[0], in[1]))
	}))
}

// Concatenate implements compute.Function.
func (f *function) Concatenate(axis int, operands ...compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeConcatenate, append([]compute.Value{}, operands...), []any{axis}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Concatenate(axis, in[0:]...))
	}))
}

// Conj implements compute.Function.
func (f *function) Conj(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeConj, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Conj(in[0]))
	}))
}

// ConvGeneral implements compute.Function.
func (f *function) ConvGeneral(input compute.Value, kernel compute.Value, axes compute.ConvolveAxesConfig, strides []int, paddings [][2]int, inputDilations []int, kernelDilations []int, channelGroupCount int, batchGroupCount int) (compute.Value, error) {
	return first(f.record(compute.OpTypeConvGeneral, []compute.Value{input, kernel}, []any{axes, strides, paddings, inputDilations, kernelDilations, channelGroupCount, batchGroupCount}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ConvGeneral(in[0], in[1], axes, strides, paddings, inputDilations, kernelDilations, channelGroupCount, batchGroupCount))
	}))
}

// ConvertDType implements compute.Function.
func (f *function) ConvertDType(x compute.Value, dtype dtypes.DType) (compute.Value, error) {
	return first(f.record(compute.OpTypeConvertDType, []compute.Value{x}, []any{dtype}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ConvertDType(in[0], dtype))
	}))
}

// Cos implements compute.Function.
func (f *function) Cos(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeCos, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Cos(in[0]))
	}))
}

// Div implements compute.Function.
func (f *function) Div(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeDiv, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Div(in[0], in[1]))
	}))
}

// EqualTotalOrder implements compute.Function.
func (f *function) EqualTotalOrder(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeEqualTotalOrder, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.EqualTotalOrder(in[0], in[1]))
	}))
}

// Erf implements compute.Function.
func (f *function) Erf(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeErf, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Erf(in[0]))
	}))
}

// Exp implements compute.Function.
func (f *function) Exp(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeExp, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Exp(in[0]))
	}))
}

// Expm1 implements compute.Function.
func (f *function) Expm1(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeExpm1, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Expm1(in[0]))
	}))
}

// FFT implements compute.Function.
func (f *function) FFT(operand compute.Value, fftType compute.FFTType, fftLength []int) (compute.Value, error) {
	return first(f.record(compute.OpTypeFFT, []compute.Value{operand}, []any{fftType, fftLength}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.FFT(in[0], fftType, fftLength))
	}))
}

// Floor implements compute.Function.
func (f *function) Floor(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeFloor, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Floor(in[0]))
	}))
}

// Gather implements compute.Function.
func (f *function) Gather(operand compute.Value, startIndices compute.Value, indexVectorAxis int, offsetOutputAxes []int, collapsedSliceAxes []int, startIndexMap []int, sliceSizes []int, indicesAreSorted bool) (compute.Value, error) {
	return first(f.record(compute.OpTypeGather, []compute.Value{operand, startIndices}, []any{indexVectorAxis, offsetOutputAxes, collapsedSliceAxes, startIndexMap, sliceSizes, indicesAreSorted}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Gather(in[0], in[1], indexVectorAxis, offsetOutputAxes, collapsedSliceAxes, startIndexMap, sliceSizes, indicesAreSorted))
	}))
}

// GreaterOrEqual implements compute.Function.
func (f *function) GreaterOrEqual(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeGreaterOrEqual, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.GreaterOrEqual(in[0], in[1]))
	}))
}

// GreaterOrEqualTotalOrder implements compute.Function.
func (f *function) GreaterOrEqualTotalOrder(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeGreaterOrEqualTotalOrder, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.GreaterOrEqualTotalOrder(in[0], in[1]))
	}))
}

// GreaterThan implements compute.Function.
func (f *function) GreaterThan(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeGreaterThan, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.GreaterThan(in[0], in[1]))
	}))
}

// GreaterThanTotalOrder implements compute.Function.
func (f *function) GreaterThanTotalOrder(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeGreaterThanTotalOrder, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.GreaterThanTotalOrder(in[0], in[1]))
	}))
}

// Identity implements compute.Function.
func (f *function) Identity(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeIdentity, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Identity(in[0]))
	}))
}

// Imag implements compute.Function.
func (f *function) Imag(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeImag, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Imag(in[0]))
	}))
}

// Iota implements compute.Function.
func (f *function) Iota(shape shapes.Shape, iotaAxis int) (compute.Value, error) {
	return first(f.record(compute.OpTypeIota, []compute.Value{}, []any{shape, iotaAxis}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Iota(shape, iotaAxis))
	}))
}

// IsFinite implements compute.Function.
func (f *function) IsFinite(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeIsFinite, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.IsFinite(in[0]))
	}))
}

// IsNaN implements compute.Function.
func (f *function) IsNaN(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeIsNaN, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.IsNaN(in[0]))
	}))
}

// LessOrEqual implements compute.Function.
func (f *function) LessOrEqual(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLessOrEqual, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.LessOrEqual(in[0], in[1]))
	}))
}

// LessOrEqualTotalOrder implements compute.Function.
func (f *function) LessOrEqualTotalOrder(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLessOrEqualTotalOrder, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.LessOrEqualTotalOrder(in[0], in[1]))
	}))
}

// LessThan implements compute.Function.
func (f *function) LessThan(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLessThan, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.LessThan(in[0], in[1]))
	}))
}

// LessThanTotalOrder implements compute.Function.
func (f *function) LessThanTotalOrder(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLessThanTotalOrder, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.LessThanTotalOrder(in[0], in[1]))
	}))
}

// Log implements compute.Function.
func (f *function) Log(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLog, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Log(in[0]))
	}))
}
