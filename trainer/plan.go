package trainer

import (
	"context"
	"fmt"
	"math/rand/v2"

	"cggm/balance"
	"cggm/sample"
)

// planLabel is where the state's memory, and with it every checkpoint, holds
// the plan of the current epoch.
const planLabel = "trainer/plan"

// keepPlan stores a plan. Arrays hold float32, which are exact below 2^24: the
// position of a sample is stored in two parts.
func (t *Trainer) keepPlan(plan [][]balance.Pick) error {
	arrays := make(map[string][]float32)
	for part, picks := range plan {
		for _, p := range picks {
			if p.Sample < 0 || p.Sample >= len(t.train) {
				return fmt.Errorf("trainer: the plan has sample %d outside [0,%d)", p.Sample, len(t.train))
			}
			if p.Keep == 0 || p.Keep >= 1<<len(t.setup.Model.Modalities) {
				return fmt.Errorf("trainer: the plan keeps modalities %b of sample %d: keep at least one of the %d",
					p.Keep, p.Sample, len(t.setup.Model.Modalities))
			}
			arrays["part"] = append(arrays["part"], float32(part))
			arrays["high"] = append(arrays["high"], float32(p.Sample>>16))
			arrays["low"] = append(arrays["low"], float32(p.Sample&0xffff))
			arrays["keep"] = append(arrays["keep"], float32(p.Keep))
		}
	}
	if len(arrays) == 0 {
		return fmt.Errorf("trainer: the plan has no samples: leave it nil to visit all")
	}
	t.state.memory[planLabel] = arrays
	return nil
}

// batches returns the samples of every batch of the current epoch, and which
// modalities they keep where the epoch follows a plan (0: all).
func (t *Trainer) batches() [][]balance.Pick {
	opt := t.setup.Options
	plan, ok := t.state.memory[planLabel]
	if !ok {
		perm := order(opt.Seed, t.position.Epoch, len(t.train))
		picks := make([]balance.Pick, len(perm))
		for k, i := range perm {
			picks[k].Sample = t.train[i]
		}
		var out [][]balance.Pick
		for from := 0; from < len(picks); from += opt.Batch {
			out = append(out, picks[from:min(from+opt.Batch, len(picks))])
		}
		return out
	}
	var parts [][]balance.Pick
	for k, part := range plan["part"] {
		for len(parts) <= int(part) {
			parts = append(parts, nil)
		}
		parts[int(part)] = append(parts[int(part)], balance.Pick{
			Sample: t.train[int(plan["high"][k])<<16|int(plan["low"][k])], Keep: uint(plan["keep"][k]),
		})
	}
	rng := rand.New(rand.NewPCG(opt.Seed, 0x706c616e<<16|uint64(t.position.Epoch)))
	return deal(parts, min(opt.Batch, len(t.train)), rng)
}

// deal shuffles every part and cuts it into batches of the given size, the last
// filled up from the part's start, so that one compiled graph serves all; then
// it shuffles the batches.
func deal(parts [][]balance.Pick, size int, rng *rand.Rand) [][]balance.Pick {
	var out [][]balance.Pick
	for _, part := range parts {
		perm := rng.Perm(len(part))
		for from := 0; from < len(part); from += size {
			batch := make([]balance.Pick, size)
			for k := range batch {
				batch[k] = part[perm[(from+k)%len(part)]]
			}
			out = append(out, batch)
		}
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// readPicks loads samples with the modalities that they keep.
func readPicks(ctx context.Context, src sample.Source, picks []balance.Pick, draw sample.Draw) ([]array, error) {
	samples := make([]int, len(picks))
	for k, p := range picks {
		samples[k] = p.Sample
	}
	b, err := src.Read(ctx, samples, draw)
	if err != nil {
		return nil, fmt.Errorf("trainer: read samples: %w", err)
	}
	for k, p := range picks {
		if p.Keep == 0 {
			continue
		}
		n := len(b.Inputs)
		if b.Present == nil {
			b.Present = make([]float32, len(picks)*n)
			for i := range b.Present {
				b.Present[i] = 1
			}
		}
		for m := range n {
			if p.Keep&(1<<m) == 0 {
				b.Present[k*n+m] = 0
			}
		}
	}
	return columns(b, len(picks)), nil
}
