package balance

import (
	"fmt"
	"math"

	"cggm/param"
)

// MSES is modality-specific early stopping: the model learns from the fused
// loss and every modality's own loss, and each modality stops by itself. When
// modality m's validation loss has not improved for Patience epochs, its
// encoder returns to its best epoch and learns no more. Training ends when all
// modalities have stopped.
//
// Fujimori et al., "Modality-Specific Learning Rate Control for Multimodal
// Classification", ACPR 2019. Only encoder m is rewound; published code rewinds
// the whole model and with it the other modalities.
type MSES struct {
	// Patience is the number of epochs without improvement, >= 1. Default 5.
	Patience int `yaml:"patience"`
	// Smooth is the weight of the epoch before in the watched loss, in [0,1).
	// Default 0.6.
	Smooth float64 `yaml:"smooth"`
}

// DefaultMSES returns patience 5 and smoothing 0.6.
func DefaultMSES() *MSES { return &MSES{Patience: 5, Smooth: 0.6} }

var (
	_ Method    = (*MSES)(nil)
	_ Scheduler = (*MSES)(nil)
)

// Traits declares the rate.
func (*MSES) Traits() Traits { return Traits{Takes: Rate} }

// Validate checks the ranges of the settings.
func (m *MSES) Validate() error {
	if m.Patience < 1 {
		return fmt.Errorf("balance: mses: patience %d: must be 1 or more", m.Patience)
	}
	if m.Smooth < 0 || m.Smooth >= 1 {
		return fmt.Errorf("balance: mses: smooth %g: must be in [0,1)", m.Smooth)
	}
	return nil
}

// Build adds the unimodal losses and the rates, 1 until a modality stops.
func (m *MSES) Build(s *Step) Effect {
	state, n := s.State("mses"), s.Modalities()
	active := state.Fixed("active", param.Ones, n)
	// Declared here so that checkpoints hold what AfterEpoch remembers.
	state.Fixed("best", param.Constant(math.MaxFloat32), n)
	state.Fixed("before", param.Constant(-1), n)
	state.Fixed("waited", param.Zeros, n)
	total := unimodalLoss(s)
	return Effect{
		Loss: total, Rate: split(active),
		Report: []Quantity{{"active", active}, {"unimodal_loss", total}},
	}
}

// AfterEpoch stops the modalities that no longer improve.
func (m *MSES) AfterEpoch(e *Epoch) error {
	vars := make(map[string][]float32)
	for _, name := range []string{"active", "best", "before", "waited"} {
		v, err := e.Values.Get("state/mses/" + name)
		if err != nil {
			return err
		}
		vars[name] = v
	}
	stopped := 0
	for i, loss := range e.Loss {
		if vars["active"][i] == 0 {
			stopped++
			continue
		}
		watched := float32(loss)
		if before := vars["before"][i]; before >= 0 {
			watched = float32(m.Smooth*float64(before) + (1-m.Smooth)*loss)
		}
		vars["before"][i] = float32(loss)
		group := param.Group{Kind: param.Encoder, Modality: i}
		label := fmt.Sprintf("mses/%d", i)
		if watched < vars["best"][i] {
			vars["best"][i], vars["waited"][i] = watched, 0
			if err := e.Values.Save(label, group); err != nil {
				return err
			}
			continue
		}
		if vars["waited"][i]++; int(vars["waited"][i]) >= m.Patience {
			vars["active"][i] = 0
			stopped++
			if err := e.Values.Restore(label); err != nil {
				return err
			}
		}
	}
	for name, v := range vars {
		if err := e.Values.Set("state/mses/"+name, v); err != nil {
			return err
		}
	}
	e.Stop = e.Stop || stopped == len(e.Loss)
	return nil
}
