package cpu_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute"

	"cggm/backend/cpu/internal/twin"
)

// closeTo compares results whose elements may differ by a number of spacings at
// the largest number of the result.
func closeTo(t *testing.T, b compute.Backend, op operation, want []typed, spacings float64, inputs ...typed) {
	t.Helper()
	for i, w := range want {
		top := 0.
		for _, v := range w.Data {
			top = max(top, math.Abs(v))
		}
		limit := twin.Of(w.Dims, func([]int) float64 { return spacings * epsilon(w.dtype) * top })
		near(t, b, func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
			out, err := op(f, in...)
			if err != nil {
				return nil, err
			}
			return out[i : i+1], nil
		}, w, limit, inputs...)
	}
}

// Batch normalisation, which the engine builds of other operations, along any
// axis and in every float type.
func TestBatchNorm(t *testing.T) {
	b := engine(t)
	const eps = 1. / 1024 // which float32 has
	for _, d := range floats.list() {
		for _, s := range []struct {
			dims []int
			axis int
		}{{[]int{7, 3}, 1}, {[]int{2, 5, 4, 9}, 3}, {[]int{2, 9, 4, 5}, 1}, {[]int{6, 4}, 0}, {[]int{1, 5}, 1}, {[]int{5}, 0}, {[]int{3, 33, 17}, -1}} {
			t.Run(fmt.Sprintf("%s/%v along %d", d, s.dims, s.axis), func(t *testing.T) {
				axis := (s.axis + len(s.dims)) % len(s.dims)
				n := s.dims[axis]
				x, g := as(d, waves(s.dims...)), as(d, twin.Map(func(x ...float64) float64 { return math.Cos(9 * x[0]) }, waves(s.dims...)))
				positive := func(k float64) typed {
					return as(d, twin.Of([]int{n}, func(at []int) float64 { return k + float64(at[0]%3)/2 }))
				}
				scale, offset, mean, variance := positive(.5), positive(-1), positive(0), positive(.25)

				inference := one(func(f compute.Function, in ...compute.Value) (compute.Value, error) {
					return f.BatchNormForInference(in[0], in[1], in[2], in[3], in[4], eps, s.axis)
				})
				want := twin.Normalize(x.Array, scale.Array, offset.Array, mean.Array, variance.Array, eps, axis)
				closeTo(t, b, inference, []typed{{d, want}}, 4, x, scale, offset, mean, variance)

				training := func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
					y, m, v, err := f.BatchNormForTraining(in[0], in[1], in[2], eps, s.axis)
					return []compute.Value{y, m, v}, err
				}
				m, v := twin.Moments(x.Array, axis)
				want = twin.Normalize(x.Array, scale.Array, offset.Array, m, v, eps, axis)
				closeTo(t, b, training, []typed{{d, want}, {d, m}, {d, v}}, 16, x, scale, offset)

				gradient := func(f compute.Function, in ...compute.Value) ([]compute.Value, error) {
					x, scale, offset, err := f.BatchNormGradient(in[0], in[1], in[2], in[3], in[4], eps, s.axis)
					return []compute.Value{x, scale, offset}, err
				}
				toX, toScale, toOffset := twin.NormalizeGradient(x.Array, scale.Array, mean.Array, variance.Array, g.Array, eps, axis)
				closeTo(t, b, gradient, []typed{{d, toX}, {d, toScale}, {d, toOffset}}, 64, x, scale, mean, variance, g)
			})
		}
	}
}
