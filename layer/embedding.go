package layer

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/param"
)

// Embedding returns the learned vectors of the tokens, int32 [batch, tokens],
// as [batch, tokens, width]. Token 0 is padding: its vector is 0 and stays 0.
// Tokens must lie in [0, vocabulary). The vectors start with norm 1 in the
// mean.
func Embedding(s param.Scope, tokens *graph.Node, vocabulary, width int) *graph.Node {
	if tokens.DType() != dtypes.Int32 || tokens.Rank() != 2 {
		exceptions.Panicf("layer: embedding of %s: want int32 tokens [batch, tokens]", tokens.Shape())
	}
	if vocabulary < 2 || width < 1 {
		exceptions.Panicf("layer: embedding of %d tokens in width %d: want at least 2 tokens (0 is padding) and width 1", vocabulary, width)
	}
	table := s.Var("table", param.Normal(1/math.Sqrt(float64(width))), vocabulary, width)
	return Silence(graph.Gather(table, graph.InsertAxes(tokens, -1)), Real(tokens))
}

// Real returns the mask of tokens that are not padding, bool of their shape.
func Real(tokens *graph.Node) *graph.Node {
	return graph.NotEqual(tokens, graph.ScalarZero(tokens.Graph(), tokens.DType()))
}
