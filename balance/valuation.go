package balance

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
)

// Valuation is fine-grained modality valuation: it treats modalities that
// contribute little to the predictions of the samples at hand, and shows those
// samples again with that modality alone. The contribution of modality m to
// sample i is its Shapley value
//
//	c_m[i] = sum_{S without m} |S|! (M-|S|-1)!/M! (v(S+m) - v(S))
//
// where v(S) is the number of modalities in S if the prediction from S is right,
// else 0. With two modalities c lies in [-1/2, 3/2] and is 1 for both when every
// coalition is right. From epoch Warmup on, every epoch visits all samples once
// and, besides,
//
//	level sample:   sample i with m alone, 1 time if 0.4 < c_m[i] < 1, 2 times
//	                if -0.1 < c_m[i] <= 0.4, 3 times if c_m[i] <= -0.1
//	level modality: a random share P of the samples with m alone, where m has
//	                the smallest mean contribution C and
//	                P = min(1, 2/3 strength (mean_{j != m} C_j - C_m))
//
// Predictions are those of the model in evaluation mode with the features of
// absent modalities at 0. Level modality measures C on a random Share of the
// training set. The Shapley values are the paper's for any number of
// modalities; the gap to the mean of the others generalises its gap between two,
// and the thresholds, made for two, are kept for more. A
// sample is not shown with a modality that it lacks.
//
// Cost: 2^M - 1 passes of fusion and head (one of the encoders) over the
// training set, or Share of it, per epoch, and the added samples' updates.
//
// Wei et al., "Enhancing Multimodal Cooperation via Fine-grained Modality
// Valuation", CVPR 2024. The paper leaves the functions from contribution to
// frequency open; those above are its code's. The code gives up the samples
// that do not fill a batch, here the last batch is filled up.
type Valuation struct {
	// Level is "sample" or "modality". Fixed by the method's name.
	Level string `yaml:"-"`
	// Strength scales P, >= 0; level modality only. Default 1; 0 is joint
	// training.
	Strength float64 `yaml:"strength"`
	// Share is the share of the training set that contributions are measured
	// on, in (0,1]; level modality only. Default 0.2.
	Share float64 `yaml:"share"`
	// Warmup is the number of epochs of joint training first, >= 0. Default 5.
	Warmup int `yaml:"warmup"`
}

// DefaultSampleValuation returns the sample-level method.
func DefaultSampleValuation() *Valuation {
	return &Valuation{Level: "sample", Strength: 1, Share: .2, Warmup: 5}
}

// DefaultModalityValuation returns the modality-level method.
func DefaultModalityValuation() *Valuation {
	return &Valuation{Level: "modality", Strength: 1, Share: .2, Warmup: 5}
}

var (
	_ Method    = (*Valuation)(nil)
	_ Validator = (*Valuation)(nil)
	_ Preparer  = (*Valuation)(nil)
)

// Traits declares the samples.
func (*Valuation) Traits() Traits {
	return Traits{
		Takes: Samples, Least: 2, Tasks: []objective.Task{objective.Classification},
		Why: "its game asks whether a prediction is right",
	}
}

// Validate checks the ranges of the settings.
func (v *Valuation) Validate() error {
	switch {
	case v.Strength < 0:
		return fmt.Errorf("balance: valuation: strength %g: must not be negative", v.Strength)
	case !(v.Share > 0 && v.Share <= 1):
		return fmt.Errorf("balance: valuation: share %g: must be in (0,1]", v.Share)
	case v.Warmup < 0:
		return fmt.Errorf("balance: valuation: warmup %d epochs: must not be negative", v.Warmup)
	}
	return nil
}

// Build changes nothing: the method acts through the samples of each epoch.
func (*Valuation) Build(*Step) Effect { return Effect{} }

// BeforeEpoch measures contributions and plans the epoch.
func (v *Valuation) BeforeEpoch(e *Epoch) error {
	if e.Index < v.Warmup || (v.Level == "modality" && v.Strength == 0) {
		return nil
	}
	var samples []int
	if v.Level == "modality" {
		samples = e.Choose(Training, v.Share)
	}
	m := len(e.Modalities)
	right, err := e.Look(Look{Name: "valuation", Part: Training, Samples: samples, Build: func(s *Sight) []*graph.Node {
		out := make([]*graph.Node, 1<<m, 1<<m+1)
		out[0] = graph.ZerosLike(s.Labels)
		for members := 1; members < 1<<m; members++ {
			class := graph.ArgMax(s.Pass.Coalition(uint(members)).Logits, -1, dtypes.Int32)
			out[members] = graph.Equal(class, s.Labels)
		}
		return append(out, s.Pass.Presence())
	}})
	if err != nil {
		return err
	}
	right, present := right[:1<<m], right[1<<m]
	values := contributions(right, m)
	plan := everything(e, m)
	if v.Level == "sample" {
		for i := range plan {
			for k, c := range values[i*m : (i+1)*m] {
				for range copies(c) * int(present[i*m+k]) {
					plan = append(plan, Pick{Sample: i, Keep: 1 << k})
				}
			}
		}
	} else {
		weakest, gap := lag(values, m)
		if p := min(1, 2./3*v.Strength*gap); p > 0 {
			again := e.Choose(Training, p)
			seen, err := e.Look(Look{Name: "valuation/presence", Part: Training, Samples: again, Build: func(s *Sight) []*graph.Node {
				return []*graph.Node{s.Pass.Presence()}
			}})
			if err != nil {
				return err
			}
			for k, i := range again {
				if seen[0][k*m+weakest] > 0 {
					plan = append(plan, Pick{Sample: i, Keep: 1 << weakest})
				}
			}
		}
	}
	if len(plan) > e.Samples(Training) {
		e.Plan = [][]Pick{plan}
	}
	return nil
}

// everything picks every training sample with all modalities.
func everything(e *Epoch, modalities int) []Pick {
	plan := make([]Pick, e.Samples(Training))
	for i := range plan {
		plan[i] = Pick{Sample: i, Keep: 1<<modalities - 1}
	}
	return plan
}

// contributions returns the Shapley values [samples, modalities] of the game
// v(S) = |S| right[S][i], where bit k of S stands for modality k.
func contributions(right [][]float32, modalities int) []float64 {
	n := len(right[0])
	out := make([]float64, n*modalities)
	for s := range right {
		size := bits.OnesCount(uint(s))
		if size == modalities {
			continue
		}
		weight := factorial(size) * factorial(modalities-size-1) / factorial(modalities)
		for k := range modalities {
			if s&(1<<k) != 0 {
				continue
			}
			with := right[s|1<<k]
			for i := range n {
				gain := float64(size+1)*float64(with[i]) - float64(size)*float64(right[s][i])
				out[i*modalities+k] += weight * gain
			}
		}
	}
	return out
}

func factorial(n int) float64 { return math.Gamma(float64(n + 1)) }

// copies returns how often a sample is shown again with a modality of the given
// contribution alone. The slack keeps sums of fractions on their side.
func copies(c float64) int {
	const slack = 1e-9
	switch {
	case c >= 1-slack:
		return 0
	case c > .4+slack:
		return 1
	case c > -.1+slack:
		return 2
	default:
		return 3
	}
}

// lag returns the modality with the smallest mean contribution and by how much
// the mean of the others exceeds it.
func lag(values []float64, modalities int) (weakest int, gap float64) {
	means := make([]float64, modalities)
	for i, c := range values {
		means[i%modalities] += c * float64(modalities) / float64(len(values))
	}
	total := 0.
	for k, c := range means {
		total += c
		if c < means[weakest] {
			weakest = k
		}
	}
	return weakest, (total-means[weakest])/float64(modalities-1) - means[weakest]
}
