package score

import "math"

// ClassF1 returns the F1 score of each class, 2 hits / (rows of the class + rows predicted as it), in [0,1]. A class that
// neither occurs nor is predicted has none: its element is NaN.
func (c *Confusion) ClassF1() ([]float64, error) {
	if c.rows == 0 {
		return nil, ErrEmpty
	}
	scores := make([]float64, c.classes)
	for class := range scores {
		hits, truths, preds := c.margins(class)
		scores[class] = math.NaN()
		if truths+preds > 0 {
			scores[class] = 2 * float64(hits) / float64(truths+preds)
		}
	}
	return scores, nil
}

// MacroF1 returns the mean of the F1 scores of all classes that occur or are predicted.
func (c *Confusion) MacroF1() (float64, error) {
	scores, err := c.ClassF1()
	if err != nil {
		return 0, err
	}
	var sum float64
	classes := 0
	for _, s := range scores {
		if !math.IsNaN(s) {
			sum += s
			classes++
		}
	}
	return sum / float64(classes), nil
}

// WeightedF1 returns the mean of the F1 scores of all classes, weighted by how many rows each class has.
func (c *Confusion) WeightedF1() (float64, error) {
	scores, err := c.ClassF1()
	if err != nil {
		return 0, err
	}
	var sum float64
	for class, s := range scores {
		if _, truths, _ := c.margins(class); truths > 0 {
			sum += float64(truths) * s
		}
	}
	return sum / float64(c.rows), nil
}

// ClassF1 returns the F1 score of each of the classes: see Confusion.ClassF1.
func ClassF1(pred, truth []int32, classes int) ([]float64, error) {
	c, err := count(pred, truth, classes)
	if err != nil {
		return nil, err
	}
	return c.ClassF1()
}

// MacroF1 returns the unweighted mean F1 score: see Confusion.MacroF1. It is f1_score(average="macro") of scikit-learn.
func MacroF1(pred, truth []int32, classes int) (float64, error) {
	c, err := count(pred, truth, classes)
	if err != nil {
		return 0, err
	}
	return c.MacroF1()
}

// WeightedF1 returns the mean F1 score weighted by class size: see Confusion.WeightedF1. It is
// f1_score(average="weighted") of scikit-learn.
func WeightedF1(pred, truth []int32, classes int) (float64, error) {
	c, err := count(pred, truth, classes)
	if err != nil {
		return 0, err
	}
	return c.WeightedF1()
}
