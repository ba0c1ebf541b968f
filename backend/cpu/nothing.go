package cpu

import (
	"reflect"

	"github.com/gomlx/compute"
)

// empty reports whether an operation reads or writes an array without
// elements.
func (n *node) empty() bool {
	for _, v := range n.inputs {
		if size(v.shape) == 0 {
			return true
		}
	}
	for _, v := range n.outputs {
		if size(v.shape) == 0 {
			return true
		}
	}
	return false
}

// ofNothing returns the step of an operation with empty arrays: none when all
// results are empty, and what remains of it otherwise. Operations that are
// left to the fallback engine give nil.
func ofNothing(n *node, in, out []int) func(*frame) error {
	wanted := false
	for _, v := range n.outputs {
		wanted = wanted || size(v.shape) > 0
	}
	if !wanted {
		return func(*frame) error { return nil }
	}
	switch n.op {
	case compute.OpTypeDotGeneral, compute.OpTypeConvGeneral:
		return func(fr *frame) error {
			reflect.ValueOf(fr.bufs[out[0]]).Clear()
			return nil
		}
	case compute.OpTypeScatterSum, compute.OpTypeScatterMax, compute.OpTypeScatterMin:
		return scatter(n, in, out)
	case compute.OpTypeRNGBitGenerator:
		return random(n, in, out)
	case compute.OpTypePad:
		return pad(n, in, out)
	}
	return nil
}
