package balance

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// At rate .3: (.2, .9) keeps the second; (.5, .3) both; (.1, .2) the larger
// although both are below; (0, .1), with the first absent, the second.
func TestModalityDropoutKeepsOne(t *testing.T) {
	got := run(t, func(x *graph.Node) *graph.Node {
		return graph.Reshape((&ModalityDropout{Rate: .3}).keep(graph.Reshape(x, 4, 2)), 8)
	}, []float32{.2, .9, .5, .3, .1, .2, 0, .1})
	near(t, got, []float32{0, 1, 1, 1, 0, 1, 0, 1}, 0)
}

func TestModalityDropoutRate(t *testing.T) {
	for rate, valid := range map[float64]bool{0: true, .99: true, 1: false, -.1: false} {
		if err := (&ModalityDropout{Rate: rate}).Validate(); (err == nil) != valid {
			t.Errorf("rate %v: error %v", rate, err)
		}
	}
}
