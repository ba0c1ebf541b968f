package synthetic

import (
	"context"
	"math"
	"math/rand/v2"

	"cggm/objective"
	"cggm/sample"
)

// generator makes samples from a valid configuration.
type generator struct {
	config Config
	seed   uint64
	views  []view
}

func newGenerator(c Config, seed uint64) *generator {
	g := &generator{config: c, seed: seed}
	for m := range c.Modalities {
		g.views = append(g.views, newView(c, m, stream(seed, 0, uint64(m))))
	}
	return g
}

// stream returns the random numbers of one purpose. The key is scrambled
// (splitmix64) so that neighbouring keys are unrelated.
func stream(seed, purpose, index uint64) *rand.Rand {
	mix := func(v uint64) uint64 {
		v += 0x9e3779b97f4a7c15
		v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
		v = (v ^ v>>27) * 0x94d049bb133111eb
		return v ^ v>>31
	}
	return rand.New(rand.NewPCG(mix(seed^mix(purpose)), mix(index)))
}

// split makes the samples of split 0, 1 or 2. Every sample has random numbers
// of its own.
func (g *generator) split(ctx context.Context, split, rows int) (*sample.Set, error) {
	c := g.config
	inputs := make([]sample.Column, len(c.Modalities))
	for m := range inputs {
		inputs[m] = g.views[m].column(rows)
	}
	label := g.label(rows)
	var present []float32
	if g.misses() {
		present = make([]float32, rows*len(inputs))
	}
	for row := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rng := stream(g.seed, uint64(split)+1, uint64(row))
		l := g.draw(rng)
		g.setLabel(&label, row, l.score)
		for m := range inputs {
			g.views[m].observe(&inputs[m], row, l, rng)
		}
		if present != nil {
			g.drop(inputs, present[row*len(inputs):][:len(inputs)], row, rng)
		}
	}
	return sample.NewSet(inputs, label, present)
}

func (g *generator) misses() bool {
	for _, m := range g.config.Modalities {
		if m.Missing > 0 && len(g.config.Modalities) > 1 {
			return true
		}
	}
	return false
}

// drop draws which modalities a sample has and clears the others.
func (g *generator) drop(inputs []sample.Column, present []float32, row int, rng *rand.Rand) {
	var held bool
	for m := range present {
		if rng.Float64() >= g.config.Modalities[m].Missing {
			present[m], held = 1, true
		}
	}
	if keep := rng.IntN(len(present)); !held {
		present[keep] = 1
	}
	for m := range present {
		if present[m] == 0 {
			size := inputs[m].Size()
			clear(inputs[m].Floats[row*size:][:size])
		}
	}
}

func (g *generator) label(rows int) sample.Column {
	c := g.config
	l := sample.Column{Layout: sample.Layout{Name: "label"}}
	switch c.Task {
	case objective.Classification, objective.Dense:
		if c.Task == objective.Dense {
			l.Dims = []int{c.Height, c.Width}
		}
		l.Kind, l.Ints = sample.Int, make([]int32, rows*c.positions())
	default:
		l.Dims, l.Floats = []int{c.Outputs}, make([]float32, rows*c.Outputs)
	}
	return l
}

func (g *generator) setLabel(label *sample.Column, row int, score []float64) {
	n := g.config.Outputs
	switch g.config.Task {
	case objective.Classification, objective.Dense:
		positions := g.config.positions()
		for p := range positions {
			best := 0
			for k, v := range score[p*n : (p+1)*n] {
				if v > score[p*n+best] {
					best = k
				}
			}
			label.Ints[row*positions+p] = int32(best)
		}
	case objective.MultiLabel:
		for k, v := range score {
			if v > 0 {
				label.Floats[row*n+k] = 1
			}
		}
	default:
		for k, v := range score {
			label.Floats[row*n+k] = float32(v)
		}
	}
}

// rotation returns a random orthogonal n x n matrix, row-major, by
// Gram-Schmidt on normal vectors.
func rotation(n int, rng *rand.Rand) []float64 {
	q := make([]float64, n*n)
	for i := range n {
		row := q[i*n:][:n]
		for k := range row {
			row[k] = rng.NormFloat64()
		}
		// Twice, because once loses orthogonality to rounding.
		for range 2 {
			for j := range i {
				other := q[j*n:][:n]
				var dot float64
				for k := range row {
					dot += row[k] * other[k]
				}
				for k := range row {
					row[k] -= dot * other[k]
				}
			}
		}
		var norm float64
		for _, v := range row {
			norm += v * v
		}
		for k := range row {
			row[k] /= math.Sqrt(norm)
		}
	}
	return q
}
