package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// maxExact is the largest number of pairs for which Wilcoxon enumerates all signs.
const maxExact = 50

// Wilcoxon tests with the signed-rank test whether the differences a - b are symmetric around 0. It needs no normal
// differences, but with fewer than six pairs P cannot fall below .05. Pairs without a difference are left out
// (Wilcoxon, 1945); equal differences share their mean rank. The statistic is the smaller of the rank sums of the
// positive and of the negative differences. Differences that are equal but for rounding errors count as unequal: round
// the scores first where that matters.
//
// Up to 50 pairs P is exact, ties included: all signs are enumerated over the ranks at hand. Beyond, the normal
// approximation with the correction for ties is used, without a correction for continuity. Without any difference the
// statistic is 0 and P is 1.
func Wilcoxon(a, b []float64) (Test, error) {
	d, err := differences(1, a, b)
	if err != nil {
		return Test{}, err
	}
	d = slices.DeleteFunc(d, func(v float64) bool { return v == 0 })
	if len(d) == 0 {
		return Test{Statistic: 0, P: 1}, nil
	}
	sizes := make([]float64, len(d))
	for i, v := range d {
		sizes[i] = math.Abs(v)
	}
	doubled, ties := doubledRanks(sizes)
	positive, total := 0, 0
	for i, r := range doubled {
		total += r
		if d[i] > 0 {
			positive += r
		}
	}
	smaller := min(positive, total-positive)
	test := Test{Statistic: float64(smaller) / 2}
	if len(d) <= maxExact {
		test.P = signedRankP(doubled, smaller)
		return test, nil
	}
	n := float64(len(d))
	variance := n*(n+1)*(2*n+1)/24 - ties/48
	z := (test.Statistic - n*(n+1)/4) / math.Sqrt(variance)
	test.P = min(1, 2*distuv.UnitNormal.CDF(z))
	return test, nil
}

// doubledRanks returns twice the rank of each number, which is whole also where equals share their mean rank, and the
// sum of t^3 - t over the groups of t equals.
func doubledRanks(x []float64) (doubled []int, ties float64) {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	doubled = make([]int, len(x))
	for start := 0; start < len(order); {
		end := start
		for end < len(order) && x[order[end]] == x[order[start]] {
			end++
		}
		for _, i := range order[start:end] {
			doubled[i] = start + 1 + end
		}
		t := float64(end - start)
		ties += t*t*t - t
		start = end
	}
	return doubled, ties
}

// signedRankP returns the probability that random signs give a rank sum of at most smaller or at least its mirror image.
// The counts of sums stay below 2^50 and are exact in float64.
func signedRankP(doubled []int, smaller int) float64 {
	total := 0
	for _, r := range doubled {
		total += r
	}
	ways := make([]float64, total+1) // ways to reach each sum of doubled ranks
	ways[0] = 1
	for _, r := range doubled {
		for sum := total; sum >= r; sum-- {
			ways[sum] += ways[sum-r]
		}
	}
	var tail float64
	for _, w := range ways[:smaller+1] {
		tail += w
	}
	return min(1, 2*tail/math.Exp2(float64(len(doubled))))
}
