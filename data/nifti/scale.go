package nifti

import "fmt"

// scale returns slope * stored + intercept, computed in float64.
func scale(values any, slope, inter float64) []float32 {
	switch v := values.(type) {
	case []int8:
		return linear(v, slope, inter)
	case []int16:
		return linear(v, slope, inter)
	case []int32:
		return linear(v, slope, inter)
	case []int64:
		return linear(v, slope, inter)
	case []uint8:
		return linear(v, slope, inter)
	case []uint16:
		return linear(v, slope, inter)
	case []uint32:
		return linear(v, slope, inter)
	case []uint64:
		return linear(v, slope, inter)
	case []float32:
		return linear(v, slope, inter)
	case []float64:
		return linear(v, slope, inter)
	}
	panic(fmt.Sprintf("nifti: voxels of type %T", values))
}

func linear[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64](in []T, slope, inter float64) []float32 {
	out := make([]float32, len(in))
	for i, x := range in {
		out[i] = float32(slope*float64(x) + inter)
	}
	return out
}
