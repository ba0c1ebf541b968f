package optim

import (
	"fmt"
	"math"
)

// Plateau multiplies the rate by Factor when the validation loss has not
// fallen by the relative Threshold for more than Patience epochs.
type Plateau struct {
	Base float64 `json:"base" yaml:"-"`
	// Factor multiplies the rate, in (0,1).
	Factor float64 `json:"factor" yaml:"factor"`
	// Patience is the number of epochs without improvement that pass first, >= 0.
	Patience int `json:"patience" yaml:"patience"`
	// Threshold is the share by which the loss must fall to be an improvement, >= 0.
	Threshold float64 `json:"threshold" yaml:"threshold"`
	// Scale, Best and Waited are its state; Seen says that Best is set.
	Scale  float64 `json:"scale" yaml:"-"`
	Best   float64 `json:"best" yaml:"-"`
	Waited int     `json:"waited" yaml:"-"`
	Seen   bool    `json:"seen" yaml:"-"`
}

// DefaultPlateau returns factor 0.1 after 10 epochs without an improvement of
// one in ten thousand.
func DefaultPlateau() *Plateau {
	return &Plateau{Factor: .1, Patience: 10, Threshold: 1e-4, Scale: 1}
}

// Rate returns the base rate times the reductions so far.
func (p *Plateau) Rate(int) float64 { return p.Base * p.Scale }

// smallest is the least change of the rate that is worth making.
const smallest = 1e-8

// Observe counts epochs without improvement; a loss that is not finite is
// none.
func (p *Plateau) Observe(loss float64) {
	switch {
	case math.IsNaN(loss) || math.IsInf(loss, 0):
		p.Waited++
	case !p.Seen || loss < p.Best*(1-p.Threshold):
		p.Best, p.Waited, p.Seen = loss, 0, true
	default:
		p.Waited++
	}
	if p.Waited > p.Patience {
		if p.Base*p.Scale*(1-p.Factor) > smallest {
			p.Scale *= p.Factor
		}
		p.Waited = 0
	}
}

// Validate checks the ranges of the settings.
func (p *Plateau) Validate() error {
	if !(p.Factor > 0 && p.Factor < 1 && p.Patience >= 0 && p.Threshold >= 0) {
		return fmt.Errorf("optim: plateau schedule: factor %g, patience %d, threshold %g: factor must be in (0,1), the others not negative",
			p.Factor, p.Patience, p.Threshold)
	}
	return nil
}
