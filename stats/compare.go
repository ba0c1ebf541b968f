package stats

// Difference is the outcome of a comparison of two models on the rows of one test set.
type Difference struct {
	Estimate float64  // score of the first model minus score of the second, on all rows
	Interval Interval // of the difference, by percentiles
	P        float64  // two-sided; never below 2/(samples+1)
}

// Compare resamples the rows of one test set and scores both models on the same rows each time, so that what makes rows
// easy or hard for both cancels out (paired bootstrap). P is twice the share of resamples whose difference is on the far
// side of 0 or at it, each count raised by one (Davison and Hinkley, 1997, 4.2).
func (b Bootstrap) Compare(n int, first, second Statistic) (Difference, error) {
	difference := func(rows []int) float64 { return first(rows) - second(rows) }
	sampled, err := b.sample(n, difference)
	if err != nil {
		return Difference{}, err
	}
	estimate := difference(allRows(n))
	if err := atLeast(1, []float64{estimate}); err != nil {
		return Difference{}, err
	}
	var notAbove, notBelow int
	for _, v := range sampled {
		if v <= 0 {
			notAbove++
		}
		if v >= 0 {
			notBelow++
		}
	}
	tail := (1 - b.level()) / 2
	return Difference{
		Estimate: estimate,
		Interval: Interval{Low: quantile(sampled, tail), High: quantile(sampled, 1-tail)},
		P:        min(1, 2*float64(min(notAbove, notBelow)+1)/float64(len(sampled)+1)),
	}, nil
}
