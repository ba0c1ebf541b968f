package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// elementwise lists the operations that can be part of a loop.
var elementwise [compute.OpTypeLast]bool

func init() {
	for _, op := range []compute.OpType{
		compute.OpTypeAdd, compute.OpTypeSub, compute.OpTypeMul, compute.OpTypeDiv, compute.OpTypeMax, compute.OpTypeMin, compute.OpTypePow,
		compute.OpTypeNeg, compute.OpTypeAbs, compute.OpTypeExp, compute.OpTypeExpm1, compute.OpTypeLog, compute.OpTypeLog1p,
		compute.OpTypeTanh, compute.OpTypeErf, compute.OpTypeLogistic, compute.OpTypeSqrt, compute.OpTypeRsqrt,
		compute.OpTypeSin, compute.OpTypeCos, compute.OpTypeFloor, compute.OpTypeCeil, compute.OpTypeRound, compute.OpTypeSign,
		compute.OpTypeEqual, compute.OpTypeNotEqual, compute.OpTypeLessThan, compute.OpTypeLessOrEqual,
		compute.OpTypeGreaterThan, compute.OpTypeGreaterOrEqual,
		compute.OpTypeLogicalAnd, compute.OpTypeLogicalOr, compute.OpTypeLogicalNot,
		compute.OpTypeWhere, compute.OpTypeConvertDType, compute.OpTypeClamp,
	} {
		elementwise[op] = true
	}
}

// fusable reports whether a node can be part of a loop.
func (c *compiler) fusable(n *node) bool {
	return elementwise[n.op] && n.fuses.remember(func() bool { return c.loops(n) })
}

// loops reports whether a loop can compute an elementwise operation.
func (c *compiler) loops(n *node) bool {
	out := n.outputs[0].shape
	if out.DType != dtypes.Float32 && out.DType != dtypes.Bool {
		return false
	}
	if size(out) == 0 {
		return false
	}
	for _, v := range n.inputs {
		switch v.shape.DType {
		case dtypes.Float32, dtypes.Bool:
		case dtypes.Uint32, dtypes.Int32:
			if n.op != compute.OpTypeConvertDType && !reaches(n) {
				return false
			}
		default:
			return false
		}
		if _, _, ok := c.view(v, out); !ok {
			return false
		}
	}
	if n.op == compute.OpTypeConvertDType {
		in := n.inputs[0].shape.DType
		return out.DType == dtypes.Float32 && in != dtypes.Float32
	}
	// Comparisons of truth values go to the fallback engine.
	if out.DType == dtypes.Bool && n.inputs[0].shape.DType == dtypes.Bool {
		switch n.op {
		case compute.OpTypeLogicalAnd, compute.OpTypeLogicalOr, compute.OpTypeLogicalNot:
		default:
			return false
		}
	}
	return true
}

// view says how a loop reads a value: element i of the loop is element
// (i/inner) mod len of the bytes.
type view struct {
	len   int
	inner int
}

func (w view) full(n int) bool { return w.inner == 1 && w.len == n }

// view returns how a loop over shape out reads v, and whose bytes it reads:
// those of another value where it looks through a broadcast.
func (c *compiler) view(v *value, out shapes.Shape) (whose *value, w view, ok bool) {
	n := size(out)
	w, ok = broadcastView(v.shape.Dimensions, aligned(v.shape, out), out.Dimensions)
	if !ok {
		return nil, view{}, false
	}
	whose = c.root(v)
	// A broadcast that only loops need is never stored. One that is stored may
	// come from blocks of the batch that keep its input to themselves.
	src := whose.node
	if w.full(n) && src.op == compute.OpTypeBroadcastInDim && !c.isOut[whose] {
		from := src.inputs[0]
		if inner, ok := broadcastView(from.shape.Dimensions, src.args[1].([]int), src.outputs[0].shape.Dimensions); ok {
			return c.root(from), inner, true
		}
	}
	return whose, w, true
}

// aligned returns the axes of out that the axes of in stand for under implicit
// broadcasting.
func aligned(in, out shapes.Shape) []int {
	axes := make([]int, in.Rank())
	for i := range axes {
		axes[i] = i
	}
	if in.Rank() != out.Rank() {
		return axes[:0]
	}
	return axes
}

// broadcastView returns the view for an operand of shape dims whose axis i
// stands for axis axes[i] of out. It fails when the axes that are not repeated
// do not lie next to each other in order.
func broadcastView(dims, axes, out []int) (view, bool) {
	total := 1
	for _, d := range dims {
		total *= d
	}
	if total == 1 {
		return view{len: 1, inner: 1}, true
	}
	if len(axes) != len(dims) {
		return view{}, false
	}
	first, last, prev := -1, -1, -1
	for i, d := range dims {
		if d == 1 {
			continue
		}
		if d != out[axes[i]] || axes[i] <= prev {
			return view{}, false
		}
		prev = axes[i]
		if first < 0 {
			first = axes[i]
		}
		last = axes[i]
	}
	span, inner := 1, 1
	for axis := first; axis <= last; axis++ {
		span *= out[axis]
	}
	if span != total {
		return view{}, false
	}
	for _, d := range out[last+1:] {
		inner *= d
	}
	return view{len: total, inner: inner}, true
}
