package score

import "math"

// MAE returns the mean absolute error. Several outputs a row count as further rows.
func MAE(pred, truth []float32) (float64, error) {
	if err := checkNumbers(pred, truth); err != nil {
		return 0, err
	}
	var sum float64
	for i, t := range truth {
		sum += math.Abs(float64(pred[i]) - float64(t))
	}
	return sum / float64(len(truth)), nil
}

// RMSE returns the root of the mean squared error. Several outputs a row count as further rows.
func RMSE(pred, truth []float32) (float64, error) {
	if err := checkNumbers(pred, truth); err != nil {
		return 0, err
	}
	return math.Sqrt(squaredError(pred, truth) / float64(len(truth))), nil
}

// Pearson returns the correlation coefficient of predictions and targets, in [-1,1]. If either is constant, as the
// predictions of an untrained network can be, there is no linear relation to see and the result is 0.
func Pearson(pred, truth []float32) (float64, error) {
	if err := checkNumbers(pred, truth); err != nil {
		return 0, err
	}
	if constant(pred) || constant(truth) {
		return 0, nil
	}
	meanPred, meanTruth := mean(pred), mean(truth)
	var covariance, varPred, varTruth float64
	for i, t := range truth {
		p, t := float64(pred[i])-meanPred, float64(t)-meanTruth
		covariance += p * t
		varPred += p * p
		varTruth += t * t
	}
	r := covariance / (math.Sqrt(varPred) * math.Sqrt(varTruth))
	return max(-1, min(1, r)), nil
}

// R2 returns the coefficient of determination, 1 - squared error / squared deviation of the targets from their mean: 1
// is perfect, 0 as good as the mean, below 0 worse. For constant targets it is 1 if all predictions are right, else 0.
func R2(pred, truth []float32) (float64, error) {
	if err := checkNumbers(pred, truth); err != nil {
		return 0, err
	}
	residual := squaredError(pred, truth)
	if constant(truth) {
		if residual == 0 {
			return 1, nil
		}
		return 0, nil
	}
	center := mean(truth)
	var total float64
	for _, t := range truth {
		d := float64(t) - center
		total += d * d
	}
	return 1 - residual/total, nil
}

func checkNumbers(pred, truth []float32) error {
	if err := sameLength(len(pred), len(truth)); err != nil {
		return err
	}
	if err := finite(pred); err != nil {
		return err
	}
	return finite(truth)
}

func squaredError(pred, truth []float32) float64 {
	var sum float64
	for i, t := range truth {
		d := float64(pred[i]) - float64(t)
		sum += d * d
	}
	return sum
}

func mean(values []float32) float64 {
	var sum float64
	for _, v := range values {
		sum += float64(v)
	}
	return sum / float64(len(values))
}

func constant(values []float32) bool {
	for _, v := range values {
		if v != values[0] {
			return false
		}
	}
	return true
}
