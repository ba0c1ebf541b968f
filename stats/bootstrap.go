package stats

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bootstrap draws rows with replacement to see how a score would vary over other test sets of the same kind. The zero
// value draws 2000 times for 95 % intervals with seed 0.
type Bootstrap struct {
	Level   float64 // of the interval, between 0 and 1; 0 means .95
	Samples int     // number of resamples; 0 means 2000
	Seed    uint64  // equal seeds draw equal rows
}

// Statistic computes a score of the given rows of a test set, numbered from 0, some perhaps several times. It must not
// keep the slice and must return a finite number for any rows.
type Statistic func(rows []int) float64

// Percentile returns the interval between the percentiles of the resampled scores of n rows (Efron, 1979).
func (b Bootstrap) Percentile(n int, score Statistic) (Interval, error) {
	sampled, err := b.sample(n, score)
	if err != nil {
		return Interval{}, err
	}
	tail := (1 - b.level()) / 2
	return Interval{Low: quantile(sampled, tail), High: quantile(sampled, 1-tail)}, nil
}

// BCa returns the bias-corrected and accelerated interval of the score of n rows (Efron, "Better Bootstrap Confidence
// Intervals", 1987): the percentiles are shifted for the bias of the score and for a spread that changes with it. It
// computes n further scores, each with one row left out, and needs at least two rows.
func (b Bootstrap) BCa(n int, score Statistic) (Interval, error) {
	if n < 2 {
		return Interval{}, fmt.Errorf("%w: %d rows, the interval needs 2", ErrFew, n)
	}
	sampled, err := b.sample(n, score)
	if err != nil {
		return Interval{}, err
	}
	rows := allRows(n)
	estimate := score(rows)
	without := make([]float64, n)
	for left := range without {
		others := append(rows[:left:left], rows[left+1:]...)
		without[left] = score(others)
	}
	if err := atLeast(0, append(without, estimate)); err != nil {
		return Interval{}, err
	}
	return bca(sampled, estimate, without, b.level()), nil
}

// bca returns the interval from the sorted resampled scores, the score of all rows, and the scores without each row.
func bca(sampled []float64, estimate float64, without []float64, level float64) Interval {
	below := 0.0
	for _, v := range sampled {
		switch {
		case v < estimate:
			below++
		case v == estimate:
			below += .5
		}
	}
	// Half a sample beyond all others keeps the bias finite when the estimate is.
	count := float64(len(sampled))
	bias := distuv.UnitNormal.Quantile(max(.5, min(count-.5, below)) / count)

	center := mean(without)
	var squares, cubes float64
	for _, v := range without {
		d := center - v
		squares += d * d
		cubes += d * d * d
	}
	acceleration := 0.0
	if !constant(without) {
		acceleration = cubes / (6 * math.Pow(squares, 1.5))
	}
	at := func(p float64) float64 {
		z := bias + distuv.UnitNormal.Quantile(p)
		return quantile(sampled, distuv.UnitNormal.CDF(bias+z/(1-acceleration*z)))
	}
	tail := (1 - level) / 2
	return Interval{Low: at(tail), High: at(1 - tail)}
}

func (b Bootstrap) level() float64 {
	if b.Level == 0 {
		return .95
	}
	return b.Level
}

// sample returns the sorted scores of all resamples.
func (b Bootstrap) sample(n int, score Statistic) ([]float64, error) {
	if err := checkLevel(b.level()); err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, fmt.Errorf("%w: %d rows", ErrFew, n)
	}
	samples := b.Samples
	if samples == 0 {
		samples = 2000
	}
	if samples < 1 {
		return nil, fmt.Errorf("stats: %d resamples, want at least 1", samples)
	}
	rng := rand.NewPCG(b.Seed, stream)
	rows := make([]int, n)
	scores := make([]float64, samples)
	for i := range scores {
		for j := range rows {
			row, _ := bits.Mul64(rng.Uint64(), uint64(n))
			rows[j] = int(row)
		}
		scores[i] = score(rows)
	}
	if err := atLeast(1, scores); err != nil {
		return nil, fmt.Errorf("stats: score of a resample: %w", err)
	}
	slices.Sort(scores)
	return scores, nil
}

// stream is the second word of the generator's seed: it keeps these numbers apart from other uses of the same seed.
const stream = 0x626f6f74 // "boot"

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// quantile interpolates linearly between the sorted numbers.
func quantile(sorted []float64, p float64) float64 {
	position := p * float64(len(sorted)-1)
	below := int(position)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (position-float64(below))*(sorted[above]-sorted[below])
}
