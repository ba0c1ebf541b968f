package optim

import (
	"fmt"
	"math"
)

// Schedule says how the learning rate changes from epoch to epoch. Its JSON
// form is its whole state.
type Schedule interface {
	// Rate returns the learning rate of an epoch, counted from 0.
	Rate(epoch int) float64
	// Observe tells the schedule the validation loss of the epoch just ended.
	Observe(loss float64)
}

// Constant keeps the rate.
type Constant struct {
	Base float64 `json:"base" yaml:"-"`
}

// NewConstant returns a schedule that keeps the rate.
func NewConstant(rate float64) *Constant { return &Constant{Base: rate} }

// Rate returns the base rate.
func (c *Constant) Rate(int) float64 { return c.Base }

// Observe changes nothing.
func (*Constant) Observe(float64) {}

// Step multiplies the rate by Factor every Every epochs.
type Step struct {
	Base float64 `json:"base" yaml:"-"`
	// Every is the number of epochs between changes, >= 1; default: a third of
	// the training.
	Every int `json:"every" yaml:"every"`
	// Factor is above 0. Default 0.1.
	Factor float64 `json:"factor" yaml:"factor"`
}

// Rate returns base times factor to the number of changes so far.
func (s *Step) Rate(epoch int) float64 { return s.Base * math.Pow(s.Factor, float64(epoch/s.Every)) }

// Observe changes nothing.
func (*Step) Observe(float64) {}

// Validate checks the ranges of the settings.
func (s *Step) Validate() error {
	if s.Every < 1 || !(s.Factor > 0) {
		return fmt.Errorf("optim: step schedule: every %d, factor %g: every must be 1 or more, factor above 0", s.Every, s.Factor)
	}
	return nil
}

// Cosine falls along half a cosine from the base rate to Floor over Epochs.
// Loshchilov and Hutter, ICLR 2017.
type Cosine struct {
	Base float64 `json:"base" yaml:"-"`
	// Epochs is the number of epochs of the fall, > 0; default: all.
	Epochs int `json:"epochs" yaml:"epochs"`
	// Floor is the rate at the end, >= 0.
	Floor float64 `json:"floor" yaml:"floor"`
}

// Rate returns the rate on the cosine.
func (c *Cosine) Rate(epoch int) float64 {
	done := math.Min(float64(epoch)/float64(max(c.Epochs, 1)), 1)
	return c.Floor + (c.Base-c.Floor)*(1+math.Cos(math.Pi*done))/2
}

// Observe changes nothing.
func (*Cosine) Observe(float64) {}

// Validate checks the ranges of the settings.
func (c *Cosine) Validate() error {
	if c.Epochs < 0 || !(c.Floor >= 0) {
		return fmt.Errorf("optim: cosine schedule: epochs %d, floor %g: neither may be negative", c.Epochs, c.Floor)
	}
	return nil
}
