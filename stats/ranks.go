package stats

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"
)

// AverageRanks returns the mean rank of each method over the data sets. scores[d][m] is the score of method m on data set
// d, larger is better: the best has rank 1, equals share their mean rank.
func AverageRanks(scores [][]float64) ([]float64, error) {
	ranks, _, err := rankRows(scores)
	return ranks, err
}

// Friedman tests whether methods differ over data sets (Friedman, 1937, corrected for ties). scores[d][m] is the score of
// method m on data set d; at least 3 methods and 2 data sets are needed. P is from the chi-squared distribution and a
// little too large for few data sets. If on every data set all methods are equal, the statistic is 0 and P is 1.
func Friedman(scores [][]float64) (Test, error) {
	ranks, ties, err := rankRows(scores)
	if err != nil {
		return Test{}, err
	}
	n, k := float64(len(scores)), float64(len(ranks))
	if n < 2 || k < 3 {
		return Test{}, fmt.Errorf("%w: %v data sets and %v methods, at least 2 and 3 are needed", ErrFew, n, k)
	}
	correction := 1 - ties/(n*k*(k*k-1))
	if correction <= 0 {
		return Test{Statistic: 0, P: 1}, nil
	}
	var spread float64
	for _, r := range ranks {
		spread += (r - (k+1)/2) * (r - (k+1)/2)
	}
	statistic := 12 * n / (k * (k + 1)) * spread / correction
	return Test{Statistic: statistic, P: distuv.ChiSquared{K: k - 1}.Survival(statistic)}, nil
}

// rankRows returns the mean ranks, best first, and the sum of t^3 - t over all groups of t equals.
func rankRows(scores [][]float64) (ranks []float64, ties float64, err error) {
	if len(scores) == 0 || len(scores[0]) == 0 {
		return nil, 0, fmt.Errorf("%w: no scores to rank", ErrFew)
	}
	methods := len(scores[0])
	ranks = make([]float64, methods)
	for d, row := range scores {
		if len(row) != methods {
			return nil, 0, fmt.Errorf("%w: %d scores on data set %d, %d on data set 0", ErrLength, len(row), d, methods)
		}
		if err := atLeast(1, row); err != nil {
			return nil, 0, err
		}
		doubled, t := doubledRanks(row)
		ties += t
		for m, r := range doubled {
			ranks[m] += float64(methods+1) - float64(r)/2
		}
	}
	for m := range ranks {
		ranks[m] /= float64(len(scores))
	}
	return ranks, ties, nil
}
