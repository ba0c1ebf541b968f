package twin

import "math"

// features calls f with the numbers of every feature and their places.
func features(x Array, axis int, f func(feature int, places []int)) {
	places := make([][]int, x.Dims[axis])
	at := 0
	Each(x.Dims, func(index []int) {
		places[index[axis]] = append(places[index[axis]], at)
		at++
	})
	for feature, list := range places {
		f(feature, list)
	}
}

// Moments returns the mean of every feature and the mean square of the
// distances from it.
func Moments(x Array, axis int) (mean, variance Array) {
	mean, variance = Vector(make([]float64, x.Dims[axis])...), Vector(make([]float64, x.Dims[axis])...)
	features(x, axis, func(c int, places []int) {
		n := float64(len(places))
		for _, i := range places {
			mean.Data[c] += x.Data[i] / n
		}
		for _, i := range places {
			distance := x.Data[i] - mean.Data[c]
			variance.Data[c] += distance * distance / n
		}
	})
	return mean, variance
}

// Normalize is batch normalisation by given moments.
func Normalize(x, scale, offset, mean, variance Array, epsilon float64, axis int) Array {
	return Of(x.Dims, func(at []int) float64 {
		c := at[axis]
		return (x.At(at...)-mean.Data[c])/math.Sqrt(variance.Data[c]+epsilon)*scale.Data[c] + offset.Data[c]
	})
}

// NormalizeGradient is the gradient of batch normalisation by the batch's own
// moments, given that of the result: for every x_i the sum over all results
// y_j of g_j dy_j/dx_i.
func NormalizeGradient(x, scale, mean, variance, g Array, epsilon float64, axis int) (toX, toScale, toOffset Array) {
	toX = Of(x.Dims, func([]int) float64 { return 0 })
	toScale, toOffset = Vector(make([]float64, x.Dims[axis])...), Vector(make([]float64, x.Dims[axis])...)
	features(x, axis, func(c int, places []int) {
		n, r := float64(len(places)), 1/math.Sqrt(variance.Data[c]+epsilon)
		for _, j := range places {
			d := x.Data[j] - mean.Data[c]
			toOffset.Data[c] += g.Data[j]
			toScale.Data[c] += g.Data[j] * d * r
			for _, i := range places {
				e := x.Data[i] - mean.Data[c]
				slope := Truth(i == j) - 1/n - d*e*r*r/n
				toX.Data[i] += g.Data[j] * scale.Data[c] * r * slope
			}
		}
	})
	return toX, toScale, toOffset
}
