package synthetic

import (
	"math"
	"math/rand/v2"
)

// latent holds the parts of one sample before any modality observes them,
// each [positions, outputs].
type latent struct {
	redundant []float64
	unique    [][]float64 // per modality, nil without a unique share
	phase     [][]float64 // per modality in [0,1), nil outside Between
	score     []float64   // z
}

// draw makes the parts and the scores of one sample.
func (g *generator) draw(rng *rand.Rand) latent {
	c := g.config
	l := latent{
		unique: make([][]float64, len(c.Modalities)),
		phase:  make([][]float64, len(c.Modalities)),
		score:  make([]float64, c.positions()*c.Outputs),
	}
	rest := 1 - c.Redundant - c.Synergistic
	if c.Redundant > 0 {
		l.redundant = g.field(rng)
		add(l.score, c.Redundant, l.redundant)
	}
	for m := range c.Modalities {
		share := c.Modalities[m].Unique
		rest -= share
		if share > 0 {
			l.unique[m] = g.field(rng)
			add(l.score, share, l.unique[m])
		}
	}
	if between := c.between(); between != nil {
		total := make([]float64, len(l.score))
		for _, m := range between {
			l.phase[m] = g.field(rng)
			for i, v := range l.phase[m] {
				l.phase[m][i] = cumulative(v)
				total[i] += l.phase[m][i]
			}
		}
		for i, v := range total {
			total[i] = wave(v)
		}
		add(l.score, c.Synergistic, total)
	}
	if rest > 1e-12 {
		add(l.score, rest, g.field(rng))
	}
	return l
}

// add adds √share times the part to the score.
func add(score []float64, share float64, part []float64) {
	for i, v := range part {
		score[i] += math.Sqrt(share) * v
	}
}

// cumulative is the distribution function of the standard normal.
func cumulative(v float64) float64 { return math.Erfc(-v/math.Sqrt2) / 2 }

// wave maps a uniform phase, taken modulo 1, to a standard normal value that
// rises with cos 2π·phase.
func wave(phase float64) float64 {
	_, frac := math.Modf(phase)
	u := math.Abs(2*frac - 1) // uniform in [0,1]
	const edge = 1e-9         // keeps the value finite
	return math.Sqrt2 * math.Erfinv(2*min(max(u, edge), 1-edge)-1)
}

// field draws standard normal values, [positions, outputs]. With a grain, each
// output's map is white noise averaged over grain x grain pixels of a torus
// and scaled back to variance 1.
func (g *generator) field(rng *rand.Rand) []float64 {
	c := g.config
	out := make([]float64, c.positions()*c.Outputs)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	if c.Grain <= 1 {
		return out
	}
	out = smooth(out, c.Height, c.Width, c.Outputs, c.Grain, c.Width*c.Outputs, c.Outputs)
	return smooth(out, c.Width, c.Height, c.Outputs, c.Grain, c.Outputs, c.Width*c.Outputs)
}

// smooth sums grain neighbours along one axis, cyclic, and divides by √grain.
func smooth(in []float64, n, others, outputs, grain, stride, otherStride int) []float64 {
	out := make([]float64, len(in))
	scale := 1 / math.Sqrt(float64(grain))
	for o := range others {
		for k := range outputs {
			base := o*otherStride + k
			for i := range n {
				var sum float64
				for j := range grain {
					sum += in[base+(i+j)%n*stride]
				}
				out[base+i*stride] = sum * scale
			}
		}
	}
	return out
}
