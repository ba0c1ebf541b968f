package synthetic

import (
	"math"
	"math/rand/v2"

	"cggm/objective"
	"cggm/sample"
)

// view turns the parts of a sample into what one modality shows.
type view struct {
	config   Config
	index    int
	modality Modality
	parts    int
	rotation []float64 // [width, width]
}

func newView(c Config, index int, rng *rand.Rand) view {
	m := c.Modalities[index]
	m.Condition = max(1, m.Condition)
	return view{config: c, index: index, modality: m, parts: c.Parts(index), rotation: rotation(m.Width, rng)}
}

// column returns the modality's column, empty.
func (v *view) column(rows int) sample.Column {
	dims := []int{v.modality.Width}
	switch {
	case v.config.Task == objective.Dense:
		dims = []int{v.config.Height, v.config.Width, v.modality.Width}
	case v.modality.Length > 0:
		dims = []int{v.modality.Length, v.modality.Width}
	}
	c := sample.Column{Layout: sample.Layout{Name: v.modality.Name, Dims: dims, Ragged: v.modality.Ragged}}
	c.Floats = make([]float32, rows*c.Size())
	if c.Ragged {
		c.Lengths = make([]int32, rows)
	}
	return c
}

// observe writes one sample of the modality. Steps beyond a sample's length
// stay 0.
func (v *view) observe(c *sample.Column, row int, l latent, rng *rand.Rand) {
	steps := max(1, v.modality.Length)
	if c.Ragged {
		least := (steps + 1) / 2
		steps = least + rng.IntN(steps-least+1)
		c.Lengths[row] = int32(steps)
	}
	width := v.modality.Width
	out := c.Floats[row*c.Size():][:c.Size()]
	clean, power := make([]float64, v.parts), make([]float64, v.parts)
	shown := make([]float64, width)
	for p := range v.config.positions() {
		v.clean(l, p, clean, power)
		for range steps {
			v.corrupt(clean, power, steps, shown, rng)
			v.rotate(shown, out[:width])
			out = out[width:]
		}
	}
}

// clean collects the parts that the modality sees at one position, and the
// power of each.
func (v *view) clean(l latent, position int, parts, power []float64) {
	n, k := v.config.Outputs, 0
	put := func(value, variance float64) {
		parts[k], power[k] = value, variance
		k++
	}
	for o := range n {
		i := position*n + o
		if l.redundant != nil {
			put(l.redundant[i], 1)
		}
		if u := l.unique[v.index]; u != nil {
			put(u[i], 1)
		}
		if phase := l.phase[v.index]; phase != nil {
			sin, cos := math.Sincos(2 * math.Pi * phase[i])
			put(cos, .5)
			put(sin, .5)
		}
	}
}

// corrupt adds noise and curvature to the parts, shrinks them and appends the
// distractors.
func (v *view) corrupt(clean, power []float64, steps int, out []float64, rng *rand.Rand) {
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	distractors := out[v.parts:]
	for i, value := range clean {
		spread := math.Sqrt(power[i] * float64(steps))
		value += out[i] * spread / math.Sqrt(v.modality.SNR)
		if v.modality.Curvature > 0 {
			d := distractors[i]
			value += v.modality.Curvature * spread * (d*d - 1) / math.Sqrt2
		}
		out[i] = value / v.modality.Condition
	}
}

func (v *view) rotate(in []float64, out []float32) {
	for i := range out {
		var sum float64
		for k, q := range v.rotation[i*len(in):][:len(in)] {
			sum += q * in[k]
		}
		out[i] = float32(sum)
	}
}
