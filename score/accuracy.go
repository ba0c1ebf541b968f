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

// UnweightedAccuracy returns the mean over the classes that occur of the share of their rows that are right, in [0,1].
func (c *Confusion) UnweightedAccuracy() (float64, error) {
	if c.rows == 0 {
		return 0, ErrEmpty
	}
	var sum float64
	classes := 0
	for class := range c.classes {
		if hits, truths, _ := c.margins(class); truths > 0 {
			sum += float64(hits) / float64(truths)
			classes++
		}
	}
	return sum / float64(classes), nil
}

// UnweightedAccuracy returns the mean accuracy of the classes: see Confusion.UnweightedAccuracy. It is
// balanced_accuracy_score of scikit-learn.
func UnweightedAccuracy(pred, truth []int32, classes int) (float64, error) {
	c, err := count(pred, truth, classes)
	if err != nil {
		return 0, err
	}
	return c.UnweightedAccuracy()
}
