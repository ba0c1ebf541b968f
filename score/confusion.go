package score

import "fmt"

// Confusion counts rows by their true and their predicted class. Scores of data that is too large to hold at once, such
// as the pixels of many pictures, come from one Confusion to which the parts are added.
type Confusion struct {
	classes int
	counts  []int // [truth, prediction]
	rows    int
}

// NewConfusion returns an empty matrix of classes x classes counts; classes must be positive.
func NewConfusion(classes int) (*Confusion, error) {
	if classes < 1 {
		return nil, fmt.Errorf("score: a confusion matrix of %d classes, want at least 1", classes)
	}
	return &Confusion{classes: classes, counts: make([]int, classes*classes)}, nil
}

// Add counts further rows; none is fine. After an error the matrix is as before.
func (c *Confusion) Add(pred, truth []int32) error {
	if len(pred) != len(truth) {
		return sameLength(len(pred), len(truth))
	}
	for _, labels := range [][]int32{pred, truth} {
		if err := labelled(labels, c.classes); err != nil {
			return err
		}
	}
	for row, t := range truth {
		c.counts[int(t)*c.classes+int(pred[row])]++
	}
	c.rows += len(truth)
	return nil
}

// Classes returns the number of classes.
func (c *Confusion) Classes() int { return c.classes }

// Rows returns how many rows were counted.
func (c *Confusion) Rows() int { return c.rows }

// Count returns the number of rows of class truth that were predicted as class pred.
func (c *Confusion) Count(truth, pred int) int { return c.counts[truth*c.classes+pred] }

// Accuracy returns the share of rows on the diagonal, in [0,1].
func (c *Confusion) Accuracy() (float64, error) {
	if c.rows == 0 {
		return 0, ErrEmpty
	}
	hits := 0
	for class := range c.classes {
		hits += c.Count(class, class)
	}
	return float64(hits) / float64(c.rows), nil
}

// margins returns of one class the rows that are right, those that have it and those that were predicted as it.
func (c *Confusion) margins(class int) (hits, truths, preds int) {
	for other := range c.classes {
		truths += c.Count(class, other)
		preds += c.Count(other, class)
	}
	return c.Count(class, class), truths, preds
}

// count returns the matrix of one pair of slices, which must not be empty.
func count(pred, truth []int32, classes int) (*Confusion, error) {
	if err := sameLength(len(pred), len(truth)); err != nil {
		return nil, err
	}
	c, err := NewConfusion(classes)
	if err != nil {
		return nil, err
	}
	return c, c.Add(pred, truth)
}
