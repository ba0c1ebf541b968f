package trainer

import (
	"errors"

	"cggm/balance"
	"cggm/sample"
)

// Step updates the model with one batch that the caller brings, in place of
// Fit's loop over epochs, and returns the reported scalars by name. The batch
// must have the layout of the training data.
func (t *Trainer) Step(b *sample.Batch) (map[string]float64, error) {
	rows := b.Label.Len()
	if rows == 0 {
		return nil, errors.New("trainer: the batch is empty")
	}
	if t.traits.Heldout {
		return nil, errors.New("trainer: the method measures on held-out samples, which a step on a batch of yours has not: use Fit")
	}
	if balance.Prepares(t.setup.Method) {
		return nil, errors.New("trainer: the method looks at the data before every epoch, which steps on batches of yours have not: use Fit")
	}
	if balance.Stages(t.setup.Method) != nil {
		return nil, errors.New("trainer: what the method trains depends on the epoch, which steps on batches of yours have not: use Fit")
	}
	e, err := t.batch(loaded{rows: rows, columns: columns(b, rows)}, 1)
	return e.Values, err
}
