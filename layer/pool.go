package layer

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// MaxPool returns the largest element of every window of the given size, for
// each channel of a sequence or a map. Windows do not overlap; what is left
// over at the end of an axis is dropped. Size 1 returns x.
func MaxPool(x *graph.Node, size int) *graph.Node {
	if size == 1 {
		return x
	}
	checkPool(x, size)
	return graph.MaxPool(x).Window(size).Done()
}

// MeanPool returns the mean of every window, windows as in MaxPool.
func MeanPool(x *graph.Node, size int) *graph.Node {
	if size == 1 {
		return x
	}
	checkPool(x, size)
	return graph.MeanPool(x).Window(size).Done()
}

func checkPool(x *graph.Node, size int) {
	if x.Rank() < 3 {
		exceptions.Panicf("layer: pooling of %s: want a sequence or a map", x.Shape())
	}
	for _, n := range x.Shape().Dimensions[1 : x.Rank()-1] {
		if size < 1 || n < size {
			exceptions.Panicf("layer: pooling of %s by %d: want windows from 1 to the extent of the input: use fewer or smaller pools",
				x.Shape(), size)
		}
	}
}
