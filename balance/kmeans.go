package balance

import (
	"math"
	"math/rand/v2"
)

// The effort of kMeans.
const (
	kMeansStarts = 10
	kMeansRounds = 100
)

// kMeans parts the points [n, width] into at most k clusters and returns the
// cluster of each point. It starts from centres drawn as by Arthur and
// Vassilvitskii (2007), iterates as Lloyd (1982) does, and keeps the best of
// ten starts, that with the smallest sum of squared distances; it depends on
// its arguments alone.
func kMeans(points []float32, width, k int, seed uint64) []int {
	n := len(points) / width
	best, least := make([]int, n), math.Inf(1)
	for start := range kMeansStarts {
		rng := rand.New(rand.NewPCG(seed, 0x6b6d65616e73<<8|uint64(start)))
		centres := spread(points, width, min(k, n), rng)
		clusters, cost := lloyd(points, centres, width)
		if cost < least {
			best, least = clusters, cost
		}
	}
	return best
}

// spread draws k of the points as centres, [k, width]: the first at random, each
// further one with a probability proportional to its squared distance from the
// nearest so far.
func spread(points []float32, width, k int, rng *rand.Rand) []float64 {
	n := len(points) / width
	centres := make([]float64, 0, k*width)
	nearest := make([]float64, n)
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	next := rng.IntN(max(n, 1))
	for range k {
		centre := make([]float64, width)
		for j, v := range points[next*width : (next+1)*width] {
			centre[j] = float64(v)
		}
		centres = append(centres, centre...)
		total := 0.
		for i := range nearest {
			nearest[i] = math.Min(nearest[i], distance(points[i*width:(i+1)*width], centre))
			total += nearest[i]
		}
		left := rng.Float64() * total
		for i, d := range nearest {
			if left -= d; d > 0 && left <= 0 {
				next = i
				break
			}
		}
	}
	return centres
}

// lloyd moves the centres [k, width] until no point changes its cluster. It
// returns the clusters and the sum of squared distances. A centre without
// points stays where it is; of two as near the first counts.
func lloyd(points []float32, centres []float64, width int) (clusters []int, cost float64) {
	n, k := len(points)/width, len(centres)/width
	clusters = make([]int, n)
	sums, counts := make([]float64, len(centres)), make([]int, k)
	for round := range kMeansRounds {
		changed := round == 0
		cost = 0
		clear(sums)
		clear(counts)
		for i := range n {
			p := points[i*width : (i+1)*width]
			at, least := 0, math.Inf(1)
			for c := range k {
				if d := distance(p, centres[c*width:(c+1)*width]); d < least {
					at, least = c, d
				}
			}
			changed = changed || at != clusters[i]
			clusters[i] = at
			cost += least
			counts[at]++
			for j, v := range p {
				sums[at*width+j] += float64(v)
			}
		}
		if !changed {
			break
		}
		for c, count := range counts {
			for j := c * width; j < (c+1)*width && count > 0; j++ {
				centres[j] = sums[j] / float64(count)
			}
		}
	}
	return clusters, cost
}

func distance(p []float32, centre []float64) float64 {
	total := 0.
	for j, v := range p {
		d := float64(v) - centre[j]
		total += d * d
	}
	return total
}

// purity returns the share of the points whose label is the most frequent one
// of their cluster.
func purity(clusters, labels []int) float64 {
	counts := make(map[[2]int]int)
	most := make(map[int]int)
	for i, c := range clusters {
		key := [2]int{c, labels[i]}
		counts[key]++
		most[c] = max(most[c], counts[key])
	}
	right := 0
	for _, count := range most {
		right += count
	}
	return float64(right) / math.Max(float64(len(clusters)), 1)
}
