package balance

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// h = (1,2 / 3,4), t = (1,0 / 0,4): squared differences 0, 4, 9, 0; their mean
// is 13/4. The gradient with respect to h is 2(h-t)/4 = (0,1 / 1.5,0), that
// with respect to the teacher 0.
func TestSquaredError(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		parts := graph.Split(graph.Reshape(x, 4, 2), 0, 2)
		loss := squaredError(parts[0], parts[1])
		return graph.Concatenate([]*graph.Node{graph.Reshape(loss, 1), graph.Gradient(loss, x)[0]}, 0)
	}, []float32{1, 2, 3, 4, 1, 0, 0, 4})
	near(t, got, []float32{13. / 4, 0, 1, 1.5, 0, 0, 0, 0, 0}, 1e-6)
}
