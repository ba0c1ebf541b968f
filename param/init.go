package param

import (
	"math"
	"math/rand/v2"
)

// Init fills a freshly declared parameter. values is the flat row-major
// storage of dims and holds zeros on entry.
type Init func(rng *rand.Rand, dims []int, values []float32)

// Zeros leaves the parameter at 0.
func Zeros(*rand.Rand, []int, []float32) {}

// Ones fills the parameter with 1.
func Ones(_ *rand.Rand, _ []int, values []float32) { fill(values, 1) }

// Constant fills the parameter with c.
func Constant(c float32) Init {
	return func(_ *rand.Rand, _ []int, values []float32) { fill(values, c) }
}

// Normal draws from a normal distribution of mean 0 and the given standard
// deviation.
func Normal(std float64) Init {
	return func(rng *rand.Rand, _ []int, values []float32) {
		for i := range values {
			values[i] = float32(rng.NormFloat64() * std)
		}
	}
}

// Uniform draws from [-bound, bound).
func Uniform(bound float64) Init {
	return func(rng *rand.Rand, _ []int, values []float32) {
		for i := range values {
			values[i] = float32((2*rng.Float64() - 1) * bound)
		}
	}
}

// Glorot is the uniform initialisation of Glorot and Bengio (2010): bound
// sqrt(6/(fanIn+fanOut)). The last axis counts as output, the one before it as
// input, every earlier axis as the receptive field of a convolution.
func Glorot(rng *rand.Rand, dims []int, values []float32) {
	in, out := fans(dims)
	Uniform(math.Sqrt(6/float64(in+out)))(rng, dims, values)
}

// He is the normal initialisation of He et al. (2015) for layers followed by a
// ReLU: standard deviation sqrt(2/fanIn), axes as in Glorot.
func He(rng *rand.Rand, dims []int, values []float32) {
	in, _ := fans(dims)
	Normal(math.Sqrt(2/float64(in)))(rng, dims, values)
}

// FanIn draws uniformly with bound 1/sqrt(n), the default of PyTorch's linear
// and convolutional layers for a layer with n inputs per output.
func FanIn(n int) Init { return Uniform(1 / math.Sqrt(float64(max(n, 1)))) }

func fans(dims []int) (in, out int) {
	switch len(dims) {
	case 0:
		return 1, 1
	case 1:
		return max(dims[0], 1), max(dims[0], 1)
	}
	field := 1
	for _, d := range dims[:len(dims)-2] {
		field *= d
	}
	return max(field*dims[len(dims)-2], 1), max(field*dims[len(dims)-1], 1)
}

func fill(values []float32, c float32) {
	for i := range values {
		values[i] = c
	}
}
