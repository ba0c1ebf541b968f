package cpu

import (
	"github.com/gomlx/compute"
)

// Log1p implements compute.Function.
func (f *function) Log1p(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLog1p, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Log1p(in[0]))
	}))
}

// LogicalAnd implements compute.Function.
func (f *function) LogicalAnd(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLogicalAnd, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.LogicalAnd(in[0], in[1]))
	}))
}

// LogicalNot implements compute.Function.
func (f *function) LogicalNot(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLogicalNot, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.LogicalNot(in[0]))
	}))
}

// LogicalOr implements compute.Function.
func (f *function) LogicalOr(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLogicalOr, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.LogicalOr(in[0], in[1]))
	}))
}

// LogicalXor implements compute.Function.
func (f *function) LogicalXor(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLogicalXor, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.LogicalXor(in[0], in[1]))
	}))
}

// Logistic implements compute.Function.
func (f *function) Logistic(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeLogistic, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Logistic(in[0]))
	}))
}

// Max implements compute.Function.
func (f *function) Max(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeMax, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Max(in[0], in[1]))
	}))
}

// Min implements compute.Function.
func (f *function) Min(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeMin, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Min(in[0], in[1]))
	}))
}

// Mul implements compute.Function.
func (f *function) Mul(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeMul, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Mul(in[0], in[1]))
	}))
}

// Neg implements compute.Function.
func (f *function) Neg(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeNeg, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Neg(in[0]))
	}))
}

// NotEqualTotalOrder implements compute.Function.
func (f *function) NotEqualTotalOrder(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeNotEqualTotalOrder, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.NotEqualTotalOrder(in[0], in[1]))
	}))
}

// Pad implements compute.Function.
func (f *function) Pad(x compute.Value, fillValue compute.Value, axesConfig ...compute.PadAxis) (compute.Value, error) {
	return first(f.record(compute.OpTypePad, []compute.Value{x, fillValue}, []any{axesConfig}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Pad(in[0], in[1], axesConfig...))
	}))
}

// Pow implements compute.Function.
func (f *function) Pow(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypePow, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Pow(in[0], in[1]))
	}))
}

// Real implements compute.Function.
func (f *function) Real(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeReal, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Real(in[0]))
	}))
}

// ReduceBitwiseAnd implements compute.Function.
func (f *function) ReduceBitwiseAnd(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceBitwiseAnd, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceBitwiseAnd(in[0], axes...))
	}))
}

// ReduceBitwiseOr implements compute.Function.
func (f *function) ReduceBitwiseOr(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceBitwiseOr, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceBitwiseOr(in[0], axes...))
	}))
}

// ReduceBitwiseXor implements compute.Function.
func (f *function) ReduceBitwiseXor(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceBitwiseXor, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceBitwiseXor(in[0], axes...))
	}))
}

// ReduceLogicalAnd implements compute.Function.
func (f *function) ReduceLogicalAnd(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceLogicalAnd, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceLogicalAnd(in[0], axes...))
	}))
}

// ReduceLogicalOr implements compute.Function.
func (f *function) ReduceLogicalOr(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceLogicalOr, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceLogicalOr(in[0], axes...))
	}))
}

// ReduceLogicalXor implements compute.Function.
func (f *function) ReduceLogicalXor(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceLogicalXor, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceLogicalXor(in[0], axes...))
	}))
}

// ReduceMax implements compute.Function.
func (f *function) ReduceMax(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceMax, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceMax(in[0], axes...))
	}))
}

// ReduceMin implements compute.Function.
func (f *function) ReduceMin(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceMin, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceMin(in[0], axes...))
	}))
}

// ReduceProduct implements compute.Function.
func (f *function) ReduceProduct(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceProduct, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceProduct(in[0], axes...))
	}))
}

// ReduceSum implements compute.Function.
func (f *function) ReduceSum(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceSum, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceSum(in[0], axes...))
	}))
}

// ReduceWindow implements compute.Function.
func (f *function) ReduceWindow(input compute.Value, reductionType compute.ReduceOpType, windowDimensions []int, strides []int, inputDilations []int, windowDilations []int, paddings [][2]int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReduceWindow, []compute.Value{input}, []any{reductionType, windowDimensions, strides, inputDilations, windowDilations, paddings}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ReduceWindow(in[0], reductionType, windowDimensions, strides, inputDilations, windowDilations, paddings))
	}))
}

// Rem implements compute.Function.
func (f *function) Rem(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeRem, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Rem(in[0], in[1]))
	}))
}

// Reshape implements compute.Function.
func (f *function) Reshape(x compute.Value, dimensions ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReshape, []compute.Value{x}, []any{dimensions}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Reshape(in[0], dimensions...))
	}))
}

// Reverse implements compute.Function.
func (f *function) Reverse(x compute.Value, axes ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeReverse, []compute.Value{x}, []any{axes}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Reverse(in[0], axes...))
	}))
}

// Round implements compute.Function.
func (f *function) Round(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeRound, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Round(in[0]))
	}))
}

// Rsqrt implements compute.Function.
func (f *function) Rsqrt(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeRsqrt, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Rsqrt(in[0]))
	}))
}

// ScatterMax implements compute.Function.
func (f *function) ScatterMax(operand compute.Value, scatterIndices compute.Value, updates compute.Value, indexVectorAxis int, updateWindowAxes []int, insertedWindowAxes []int, scatterAxesToOperandAxes []int, indicesAreSorted bool, uniqueIndices bool) (compute.Value, error) {
	return first(f.record(compute.OpTypeScatterMax, []compute.Value{operand, scatterIndices, updates}, []any{indexVectorAxis, updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, indicesAreSorted, uniqueIndices}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ScatterMax(in[0], in[1], in[2], indexVectorAxis, updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, indicesAreSorted, uniqueIndices))
	}))
}

// ScatterMin implements compute.Function.
func (f *function) ScatterMin(operand compute.Value, scatterIndices compute.Value, updates compute.Value, indexVectorAxis int, updateWindowAxes []int, insertedWindowAxes []int, scatterAxesToOperandAxes []int, indicesAreSorted bool, uniqueIndices bool) (compute.Value, error) {
	return first(f.record(compute.OpTypeScatterMin, []compute.Value{operand, scatterIndices, updates}, []any{indexVectorAxis, updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, indicesAreSorted, uniqueIndices}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ScatterMin(in[0], in[1], in[2], indexVectorAxis, updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, indicesAreSorted, uniqueIndices))
	}))
}

// ScatterSum implements compute.Function.
func (f *function) ScatterSum(operand compute.Value, scatterIndices compute.Value, updates compute.Value, indexVectorAxis int, updateWindowAxes []int, insertedWindowAxes []int, scatterAxesToOperandAxes []int, indicesAreSorted bool, uniqueIndices bool) (compute.Value, error) {
	return first(f.record(compute.OpTypeScatterSum, []compute.Value{operand, scatterIndices, updates}, []any{indexVectorAxis, updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, indicesAreSorted, uniqueIndices}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ScatterSum(in[0], in[1], in[2], indexVectorAxis, updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, indicesAreSorted, uniqueIndices))
	}))
}

// SelectAndScatterMax implements compute.Function.
func (f *function) SelectAndScatterMax(operand compute.Value, source compute.Value, windowDimensions []int, windowStrides []int, paddings [][2]int) (compute.Value, error) {
	return first(f.record(compute.OpTypeSelectAndScatterMax, []compute.Value{operand, source}, []any{windowDimensions, windowStrides, paddings}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.SelectAndScatterMax(in[0], in[1], windowDimensions, windowStrides, paddings))
	}))
}

// SelectAndScatterMin implements compute.Function.
func (f *function) SelectAndScatterMin(operand compute.Value, source compute.Value, windowDimensions []int, windowStrides []int, paddings [][2]int) (compute.Value, error) {
	return first(f.record(compute.OpTypeSelectAndScatterMin, []compute.Value{operand, source}, []any{windowDimensions, windowStrides, paddings}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.SelectAndScatterMin(in[0], in[1], windowDimensions, windowStrides, paddings))
	}))
}

// ShiftLeft implements compute.Function.
func (f *function) ShiftLeft(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeShiftLeft, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ShiftLeft(in[0], in[1]))
	}))
}

// ShiftRightArithmetic implements compute.Function.
func (f *function) ShiftRightArithmetic(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeShiftRightArithmetic, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ShiftRightArithmetic(in[0], in[1]))
	}))
}

// ShiftRightLogical implements compute.Function.
func (f *function) ShiftRightLogical(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeShiftRightLogical, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.ShiftRightLogical(in[0], in[1]))
	}))
}

// Sin implements compute.Function.
func (f *function) Sin(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeSin, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Sin(in[0]))
	}))
}

// Slice implements compute.Function.
func (f *function) Slice(x compute.Value, starts []int, limits []int, strides []int) (compute.Value, error) {
	return first(f.record(compute.OpTypeSlice, []compute.Value{x}, []any{starts, limits, strides}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Slice(in[0], starts, limits, strides))
	}))
}

// Sqrt implements compute.Function.
func (f *function) Sqrt(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeSqrt, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Sqrt(in[0]))
	}))
}

// Sub implements compute.Function.
func (f *function) Sub(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeSub, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Sub(in[0], in[1]))
	}))
}

// Tanh implements compute.Function.
func (f *function) Tanh(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeTanh, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Tanh(in[0]))
	}))
}

// Transpose implements compute.Function.
func (f *function) Transpose(x compute.Value, permutation ...int) (compute.Value, error) {
	return first(f.record(compute.OpTypeTranspose, []compute.Value{x}, []any{permutation}, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Transpose(in[0], permutation...))
	}))
}

// Where implements compute.Function.
func (f *function) Where(condition compute.Value, onTrue compute.Value, onFalse compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeWhere, []compute.Value{condition, onTrue, onFalse}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.Where(in[0], in[1], in[2]))
	}))
}

// OptimizationBarrier implements compute.Function.
func (f *function) OptimizationBarrier(operands ...compute.Value) ([]compute.Value, error) {
	return f.record(compute.OpTypeOptimizationBarrier, append([]compute.Value{}, operands...), nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return t.OptimizationBarrier(in[0:]...)
	})
}

// SchedulingBarrier implements compute.Function.
func (f *function) SchedulingBarrier(operand compute.Value, dependencies ...compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeSchedulingBarrier, append([]compute.Value{operand}, dependencies...), nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		return single(t.SchedulingBarrier(in[0], in[1:]...))
	}))
}
