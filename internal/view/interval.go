package view

import "cggm/stats"

// spread returns the mean of one value per run and its interval at Level by
// Student's t distribution; false when a value is not finite.
func spread(values []float64) (Spread, bool) {
	mean, err := stats.Mean(values)
	if err != nil {
		return Spread{}, false
	}
	s := Spread{Mean: mean}
	if len(values) > 1 {
		interval, err := stats.TInterval(values, Level)
		if err != nil {
			return Spread{}, false
		}
		s.Low, s.High = &interval.Low, &interval.High
	}
	return s, true
}
