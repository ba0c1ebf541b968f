package balance

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
	"cggm/param"
)

// Relearning diagnoses how far every encoder has learned its training set by
// heart and makes it forget as much: it treats both the modality that dominates,
// which overfits and starts again, and the one that is left behind, which is
// left alone. Before every Every-th epoch, at most Rounds times, the pooled
// features of as many training as validation samples are each scaled to [-1,1]
// and parted into K clusters, K the number of classes. With P the purity, the
// share of samples whose class is the most frequent of their cluster,
//
//	gap_m = |P_m(training) - P_m(validation)|
//	w_m   = tanh(lambda gap_m)
//	theta_m <- w_m theta_m(initial) + (1 - w_m) theta_m
//
// for all parameters of modality m's stem and encoder and for its moving
// statistics. The initial values are those of the first epoch, pretrained ones
// where the encoder started from such. Any number of modalities, any fusion.
// Samples that lack a modality do not count for it. For regression Bins says how
// many classes of about equal size the mean of a sample's targets is parted into,
// between the quantiles of the training samples.
//
// Cost: a look at Samples of each set and M pairs of k-means, Rounds times.
// Memory for a second copy of the encoders.
//
// Wei et al., "Diagnosing and Re-learning for Balanced Multimodal Learning",
// ECCV 2024. The authors' code leaves moving statistics and the optimizer's
// moments as they were, clusters the whole training set as augmented, and a
// benchmark's code measures the gap on the test set. A small set has purer
// clusters than a large one: equal numbers keep that out of the gap.
type Relearning struct {
	// Lambda is the strength, >= 0; 0 is joint training. Default 3.
	Lambda float64 `yaml:"lambda"`
	// Every is the number of epochs between diagnoses, >= 1. Default 10, for
	// the default training; the authors' longer one has 20.
	Every int `yaml:"every"`
	// Rounds is the largest number of diagnoses, >= 0; 0 is joint training.
	// Default 3.
	Rounds int `yaml:"rounds"`
	// Samples bounds the number of samples of each set that are looked at,
	// >= 1. Default 1000.
	Samples int `yaml:"samples"`
	// Bins is the number of classes that targets are parted into, 0 or >= 2; 0
	// refuses regression. Default 0.
	Bins int `yaml:"bins"`
	// Reset clears the optimizer's moments of the parameters that move, which
	// would otherwise drive them back. Default true.
	Reset bool `yaml:"reset"`
}

// DefaultRelearning returns lambda 3 every 10 epochs, three times.
func DefaultRelearning() *Relearning {
	return &Relearning{Lambda: 3, Every: 10, Rounds: 3, Samples: 1000, Reset: true}
}

var (
	_ Method    = (*Relearning)(nil)
	_ Validator = (*Relearning)(nil)
	_ Preparer  = (*Relearning)(nil)
)

// Traits declares what the method is defined for.
func (r *Relearning) Traits() Traits {
	t := Traits{
		Tasks: []objective.Task{objective.Classification},
		Why:   "it diagnoses modalities by how pure clusters of their features are in classes: set bins to part the targets of regression",
	}
	if r.Bins > 0 {
		t.Tasks = append(t.Tasks, objective.Regression)
	}
	return t
}

// Validate checks the ranges of the settings.
func (r *Relearning) Validate() error {
	switch {
	case !(r.Lambda >= 0):
		return fmt.Errorf("balance: relearning: lambda %g: must not be negative", r.Lambda)
	case r.Every < 1:
		return fmt.Errorf("balance: relearning: every %d epochs: must be 1 or more", r.Every)
	case r.Rounds < 0:
		return fmt.Errorf("balance: relearning: rounds %d: must not be negative (0 is off)", r.Rounds)
	case r.Bins < 0 || r.Bins == 1:
		return fmt.Errorf("balance: relearning: bins %d: must be 0, or 2 or more", r.Bins)
	case r.Samples < 1:
		return fmt.Errorf("balance: relearning: samples %d: must be 1 or more", r.Samples)
	}
	return nil
}

func (r *Relearning) off() bool { return r.Lambda == 0 || r.Rounds == 0 }

// Build reports the last diagnosis.
func (r *Relearning) Build(s *Step) Effect {
	if r.off() {
		return Effect{}
	}
	state, n := s.State("relearning"), s.Modalities()
	return Effect{Report: []Quantity{
		{"purity_gap", state.Fixed("gap", param.Zeros, n)},
		{"forgotten", state.Fixed("forgotten", param.Zeros, n)},
	}}
}

// BeforeEpoch keeps the initial values, or diagnoses and forgets.
func (r *Relearning) BeforeEpoch(e *Epoch) error {
	if r.off() {
		return nil
	}
	if e.Index == 0 {
		for m := range e.Modalities {
			if err := e.Values.Save(initially(m), encoding(m)...); err != nil {
				return err
			}
		}
		return nil
	}
	if e.Index%r.Every != 0 || e.Index/r.Every > r.Rounds {
		return nil
	}
	gaps, err := r.diagnose(e)
	if err != nil {
		return err
	}
	forgotten := make([]float32, len(gaps))
	for m, gap := range gaps {
		share := math.Tanh(r.Lambda * float64(gap))
		forgotten[m] = float32(share)
		if share == 0 {
			continue
		}
		if err := e.Values.Pull(initially(m), share); err != nil {
			return err
		}
		if r.Reset {
			if err := e.Values.Forget(encoding(m)...); err != nil {
				return err
			}
		}
	}
	if err := e.Values.Set("state/relearning/gap", gaps); err != nil {
		return err
	}
	return e.Values.Set("state/relearning/forgotten", forgotten)
}

// initially is the label under which modality m's initial values are saved.
func initially(m int) string { return fmt.Sprintf("relearning/initial%d", m) }

// encoding returns the groups between modality m's input and its features.
func encoding(m int) []param.Group {
	return []param.Group{{Kind: param.Stem, Modality: m}, {Kind: param.Encoder, Modality: m}}
}

// diagnose returns the gap of every modality.
func (r *Relearning) diagnose(e *Epoch) ([]float32, error) {
	count := min(r.Samples, e.Samples(Training), e.Samples(Validation))
	var purities [2][]float64
	var edges []float32
	for k, part := range []Part{Training, Validation} {
		seen, err := e.Look(Look{
			Name: "relearning", Part: part, Samples: e.Choose(part, float64(count)/float64(e.Samples(part))),
			Build: func(s *Sight) []*graph.Node {
				labels, classes := s.Labels, s.Pass.Model.Head.Outputs()
				if labels.DType().IsFloat() { // targets, told by the sign
					labels, classes = perSample(labels), -r.Bins
				}
				out := []*graph.Node{labels, s.Pass.Presence(), graph.Scalar(s.Weights.Graph(), s.Weights.DType(), float64(classes))}
				for i := range s.Pass.Inputs {
					out = append(out, s.Pass.Feature(i).Pool())
				}
				return out
			},
		})
		if err != nil {
			return nil, err
		}
		classes := int(math.Round(float64(seen[2][0])))
		if classes < 0 {
			classes = -classes
			if part == Training {
				edges = quantiles(seen[0], classes)
			}
			seen[0] = binned(seen[0], edges)
		}
		for m, features := range seen[3:] {
			purities[k] = append(purities[k], clusterPurity(features, having(seen[0], seen[1], m), classes, e.Seed))
		}
	}
	gaps := make([]float32, len(e.Modalities))
	for m := range gaps {
		gaps[m] = float32(math.Abs(purities[0][m] - purities[1][m]))
	}
	return gaps, nil
}

// quantiles returns the values that part values into bins of about equal size.
func quantiles(values []float32, bins int) []float32 {
	sorted := slices.Sorted(slices.Values(values))
	edges := make([]float32, bins-1)
	for j := range edges {
		edges[j] = sorted[(j+1)*len(sorted)/bins]
	}
	return edges
}

// binned returns the number of edges that each value reaches.
func binned(values, edges []float32) []float32 {
	out := make([]float32, len(values))
	for i, v := range values {
		for _, edge := range edges {
			if v >= edge {
				out[i]++
			}
		}
	}
	return out
}

// clusterPurity returns the purity of k clusters of the features [n, width] in
// labels [n], of which -1 stands for a sample that does not count; 0 if none
// does.
func clusterPurity(features, labels []float32, k int, seed uint64) float64 {
	width := len(features) / len(labels)
	var points []float32
	var classes []int
	for i, y := range labels {
		if y >= 0 {
			points = append(points, features[i*width:(i+1)*width]...)
			classes = append(classes, int(y))
		}
	}
	if len(classes) == 0 {
		return 0
	}
	return purity(kMeans(rescale(points, width), width, k, seed), classes)
}

// rescale maps every column of the points [n, width] onto [-1,1], a constant one
// to 0.
func rescale(points []float32, width int) []float32 {
	out := make([]float32, len(points))
	for j := range width {
		low, high := float32(math.Inf(1)), float32(math.Inf(-1))
		for i := j; i < len(points); i += width {
			low, high = min(low, points[i]), max(high, points[i])
		}
		for i := j; i < len(points) && high > low; i += width {
			out[i] = 2*(points[i]-low)/(high-low) - 1
		}
	}
	return out
}
