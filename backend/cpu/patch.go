package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// Equal implements compute.Function.
func (f *function) Equal(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeEqual, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		if !truth(t, in[0]) {
			return single(t.Equal(in[0], in[1]))
		}
		differ, err := t.LogicalXor(in[0], in[1])
		if err != nil {
			return nil, err
		}
		return single(t.LogicalNot(differ))
	}))
}

// NotEqual implements compute.Function.
func (f *function) NotEqual(lhs compute.Value, rhs compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeNotEqual, []compute.Value{lhs, rhs}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		if !truth(t, in[0]) {
			return single(t.NotEqual(in[0], in[1]))
		}
		return single(t.LogicalXor(in[0], in[1]))
	}))
}

// truth reports whether a value holds truth values, which the Go engine does
// not compare.
func truth(t compute.Function, v compute.Value) bool {
	s, err := t.Shape(v)
	return err == nil && s.DType == dtypes.Bool
}

// Sign implements compute.Function. The Go engine gives 0 for NaN.
func (f *function) Sign(x compute.Value) (compute.Value, error) {
	return first(f.record(compute.OpTypeSign, []compute.Value{x}, nil, func(t compute.Function, in []compute.Value) ([]compute.Value, error) {
		s, err := t.Shape(in[0])
		if err != nil || !s.DType.IsFloat() {
			return single(t.Sign(in[0]))
		}
		lost, err := t.IsNaN(in[0])
		if err != nil {
			return nil, err
		}
		sign, err := t.Sign(in[0])
		if err != nil {
			return nil, err
		}
		return single(t.Where(lost, in[0], sign))
	}))
}
