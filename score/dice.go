package score

// Dice returns the overlap of two masks of one case (a picture or a volume), 2 |both| / (|pred| + |truth|), in [0,1]. Two
// empty masks agree and score 1; if one alone is empty the score is 0.
func Dice(pred, truth []bool) (float64, error) {
	if err := sameLength(len(pred), len(truth)); err != nil {
		return 0, err
	}
	both, total := 0, 0
	for i, t := range truth {
		if t {
			total++
		}
		if pred[i] {
			total++
		}
		if t && pred[i] {
			both++
		}
	}
	return overlap(both, total), nil
}

// overlap returns the Dice score from the size of the intersection and the sum of both sizes.
func overlap(both, total int) float64 {
	if total == 0 {
		return 1
	}
	return 2 * float64(both) / float64(total)
}

// ClassDice returns the Dice score of every class of one case, the background class 0 included. A class that is neither
// there nor predicted scores 1.
func ClassDice(pred, truth []int32, classes int) ([]float64, error) {
	c, err := count(pred, truth, classes)
	if err != nil {
		return nil, err
	}
	return c.ClassDice()
}

// MeanDice returns the mean of ClassDice over the classes from 1; class 0 is background. It is the score of one case:
// the score of a data set is the mean over its cases.
func MeanDice(pred, truth []int32, classes int) (float64, error) {
	c, err := count(pred, truth, classes)
	if err != nil {
		return 0, err
	}
	return c.MeanDice()
}

// ClassDice returns the Dice score of every class over all rows counted.
func (c *Confusion) ClassDice() ([]float64, error) {
	if c.rows == 0 {
		return nil, ErrEmpty
	}
	scores := make([]float64, c.classes)
	for class := range scores {
		hits, truths, preds := c.margins(class)
		scores[class] = overlap(hits, truths+preds)
	}
	return scores, nil
}

// MeanDice returns the mean Dice score of the classes from 1 over all rows counted; the matrix needs two classes.
func (c *Confusion) MeanDice() (float64, error) {
	scores, err := c.ClassDice()
	if err != nil {
		return 0, err
	}
	if c.classes < 2 {
		return 0, ErrOneClass
	}
	var sum float64
	for _, s := range scores[1:] {
		sum += s
	}
	return sum / float64(c.classes-1), nil
}
