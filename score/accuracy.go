package score

// Accuracy returns the share of rows whose predicted label is the true one, in [0,1].
func Accuracy(pred, truth []int32) (float64, error) {
	if err := sameLength(len(pred), len(truth)); err != nil {
		return 0, err
	}
	hits := 0
	for row, label := range truth {
		if pred[row] == label {
			hits++
		}
	}
	return float64(hits) / float64(len(truth)), nil
}
