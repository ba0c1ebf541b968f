package compare

import (
	"runtime"
	"runtime/metrics"

	"cggm/experiment"
	"cggm/trainer"
)

// meter watches the live heap of the process while one run trains: what the
// garbage collector found in use, sampled at every update.
type meter struct {
	sample []metrics.Sample
	peak   uint64
}

var _ experiment.Viewer = (*meter)(nil)

func newMeter() *meter {
	return &meter{sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
}

// Begin forgets what runs before this one have left behind.
func (m *meter) Begin(experiment.Beginning) { runtime.GC() }

// Step takes a sample.
func (m *meter) Step(trainer.StepEvent) {
	metrics.Read(m.sample)
	if m.sample[0].Value.Kind() == metrics.KindUint64 {
		m.peak = max(m.peak, m.sample[0].Value.Uint64())
	}
}

// Epoch does nothing.
func (m *meter) Epoch(trainer.EpochEvent) {}

// End does nothing.
func (m *meter) End(*experiment.Result) {}
