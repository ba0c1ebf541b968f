package optim

// Warmup rises linearly to the rate of another schedule: from Start at epoch 0
// to that rate at epoch Epochs; the other schedule's epochs count from there.
type Warmup struct {
	Epochs int      `json:"epochs"`
	Start  float64  `json:"start"`
	After  Schedule `json:"after"`
}

// Rate returns the rising rate, then that of the other schedule.
func (w *Warmup) Rate(epoch int) float64 {
	if epoch >= w.Epochs {
		return w.After.Rate(epoch - w.Epochs)
	}
	return w.Start + (w.After.Rate(0)-w.Start)*float64(epoch)/float64(w.Epochs)
}

// Observe passes the loss on.
func (w *Warmup) Observe(loss float64) { w.After.Observe(loss) }
