package layer

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Resize brings a map x, [batch, height, width, channels], to another height
// and width by bilinear interpolation with half-pixel centres (PyTorch's
// align_corners=False, without smoothing when shrinking).
func Resize(x *graph.Node, height, width int) *graph.Node {
	if x.Rank() != 4 || height < 1 || width < 1 {
		exceptions.Panicf("layer: resize of %s to %d x %d: want a map and a positive size", x.Shape(), height, width)
	}
	dims := x.Shape().Dimensions
	if dims[1] == height && dims[2] == width {
		return x
	}
	// Interpolation is linear on each axis: two products with small matrices.
	rows := graph.Const(x.Graph(), interpolation(dims[1], height))
	columns := graph.Const(x.Graph(), interpolation(dims[2], width))
	x = graph.EinsumAxes(x, columns, [][2]int{{2, 1}}, nil) // [batch, rows, channels, width]
	x = graph.EinsumAxes(x, rows, [][2]int{{1, 1}}, nil)    // [batch, channels, width, height]
	return graph.TransposeAllAxes(x, 0, 3, 2, 1)
}

// interpolation returns the matrix [to, from] of linear interpolation.
func interpolation(from, to int) [][]float32 {
	matrix := make([][]float32, to)
	scale := float64(from) / float64(to)
	for i := range matrix {
		matrix[i] = make([]float32, from)
		at := min(max((float64(i)+0.5)*scale-0.5, 0), float64(from-1))
		low := int(at)
		share := float32(at - float64(low))
		matrix[i][low] = 1 - share
		if share > 0 {
			matrix[i][low+1] = share
		}
	}
	return matrix
}
