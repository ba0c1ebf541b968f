package trainer

import (
	"errors"
	"fmt"
	"slices"

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
	if err := t.fits(b, rows); err != nil {
		return nil, err
	}
	e, err := t.batch(loaded{rows: rows, columns: columns(b, rows)}, 1)
	return e.Values, err
}

// fits reports a batch that does not have the layout of the training data.
func (t *Trainer) fits(b *sample.Batch, rows int) error {
	layouts := append(slices.Clone(t.setup.Data.Train.Inputs()), t.setup.Data.Train.Label())
	if len(b.Inputs)+1 != len(layouts) {
		return fmt.Errorf("trainer: the batch has %d modalities: the training data has %d", len(b.Inputs), len(layouts)-1)
	}
	for i, want := range layouts {
		c := &b.Label
		if i < len(b.Inputs) {
			c = &b.Inputs[i]
		}
		if c.Kind != want.Kind || c.Ragged != want.Ragged || !slices.Equal(c.Dims, want.Dims) {
			return fmt.Errorf("trainer: column %q of the batch holds %v values of shape %v (ragged: %t): the training data has %v values of shape %v (ragged: %t)",
				want.Name, c.Kind, c.Dims, c.Ragged, want.Kind, want.Dims, want.Ragged)
		}
		if err := c.Check(rows); err != nil {
			return fmt.Errorf("trainer: batch: %w", err)
		}
	}
	if b.Present != nil && len(b.Present) != rows*len(b.Inputs) {
		return fmt.Errorf("trainer: the batch has %d marks of presence: want %d, one per sample and modality", len(b.Present), rows*len(b.Inputs))
	}
	return nil
}
