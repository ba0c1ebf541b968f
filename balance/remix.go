package balance

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
)

// Remix is data remixing: it treats samples whose easy modality answers for all,
// by showing each sample with the one modality that is least sure of it, and
// batches in which modalities compete, by filling every batch with samples of
// one modality. After Warmup epochs of
//
//	L = L_task(z) + warm sum_m L_task(z_m)
//
// every epoch begins with a look at the training set. Sample i goes to
//
//	argmin_m D_m[i],  D_m[i] = KL(p_m[i] || uniform) = log K - H(p_m[i])
//
// p_m [batch, classes] the softmax of modality m's own logits, among the
// modalities that the sample has, and the epoch trains batches of each modality
// on
//
//	L = L_task(z) + gamma L_task(z_m)
//
// with the other modalities' features at 0. Any number of modalities. Cost: one
// evaluation of the training set per epoch; updates as in joint training, up to
// one batch more per modality.
//
// Ma et al., "Improving Multimodal Learning Balance and Sufficiency through
// Data Remixing", ICML 2025. The authors' code trains the subsets of the modalities
// one after the other; here their batches are shuffled, so that no modality is
// always the last of an epoch.
type Remix struct {
	// Warmup is the number of epochs before remixing, >= 0. Default 10.
	Warmup int `yaml:"warmup"`
	// Warm weights the unimodal losses of these epochs, >= 0. Default 0.5.
	Warm float64 `yaml:"warm"`
	// Gamma weights the unimodal loss afterwards, >= 0. Default 1.
	Gamma float64 `yaml:"gamma"`
}

// DefaultRemix returns 10 epochs of warm-up and weights 0.5 and 1.
func DefaultRemix() *Remix { return &Remix{Warmup: 10, Warm: .5, Gamma: 1} }

var (
	_ Method    = (*Remix)(nil)
	_ Validator = (*Remix)(nil)
	_ Preparer  = (*Remix)(nil)
)

// Traits declares the samples.
func (*Remix) Traits() Traits {
	return Traits{
		Takes: Samples, Least: 2, Tasks: []objective.Task{objective.Classification},
		Why: "it compares modalities by the entropy of their class probabilities",
	}
}

// Validate checks the ranges of the settings.
func (r *Remix) Validate() error {
	switch {
	case r.Warmup < 0:
		return fmt.Errorf("balance: remix: warmup %d epochs: must not be negative", r.Warmup)
	case r.Warm < 0 || r.Gamma < 0:
		return fmt.Errorf("balance: remix: warm %g, gamma %g: must not be negative", r.Warm, r.Gamma)
	}
	return nil
}

// BeforeEpoch gives every sample to one modality.
func (r *Remix) BeforeEpoch(e *Epoch) error {
	if e.Index < r.Warmup {
		return nil
	}
	m := len(e.Modalities)
	seen, err := e.Look(Look{Name: "remix", Part: Training, Build: func(s *Sight) []*graph.Node {
		out := []*graph.Node{s.Pass.Presence()}
		for i := range m {
			out = append(out, certainty(s.Pass.Unimodal(i)))
		}
		return out
	}})
	if err != nil {
		return err
	}
	e.Plan = assign(seen[1:], seen[0])
	return nil
}

// certainty returns KL(softmax(logits) || uniform) of every sample, [batch].
func certainty(logits *graph.Node) *graph.Node {
	log := graph.LogSoftmax(logits, -1)
	entropy := graph.Neg(graph.ReduceSum(graph.Mul(graph.Exp(log), log), -1))
	return graph.AddScalar(graph.Neg(entropy), math.Log(float64(logits.Shape().Dimensions[1])))
}

// assign returns one part per modality with the samples of which it is least
// certain; certain is [modalities][samples], present [samples, modalities].
func assign(certain [][]float32, present []float32) [][]Pick {
	plan := make([][]Pick, len(certain))
	for i := range certain[0] {
		least := -1
		for m := range certain {
			if present[i*len(certain)+m] > 0 && (least < 0 || certain[m][i] < certain[least][i]) {
				least = m
			}
		}
		least = max(least, 0) // a sample without any modality
		plan[least] = append(plan[least], Pick{Sample: i, Keep: 1 << least})
	}
	return plan
}

// Build adds the unimodal losses.
func (r *Remix) Build(s *Step) Effect {
	if r.Warm == 0 && r.Gamma == 0 {
		return Effect{}
	}
	warm := graph.ConvertDType(graph.LessThan(s.Epoch, graph.Scalar(s.Graph(), dtypes.Float32, float64(r.Warmup))), dtypes.Float32)
	weight := graph.Add(graph.MulScalar(warm, r.Warm), graph.MulScalar(graph.OneMinus(warm), r.Gamma))
	losses := make([]*graph.Node, s.Modalities())
	for m, present := range columnsOf(s.Pass.Presence()) {
		losses[m] = s.Loss.Loss(s.Pass.Unimodal(m), s.Labels, present)
	}
	return Effect{
		Loss:   graph.Mul(sum(losses), weight),
		Report: []Quantity{{"unimodal_loss", graph.Stack(losses, 0)}},
	}
}

// columnsOf returns the columns of [batch, n] as n nodes of shape [batch].
func columnsOf(table *graph.Node) []*graph.Node {
	columns := make([]*graph.Node, table.Shape().Dimensions[1])
	for k := range columns {
		columns[k] = graph.Reshape(graph.Slice(table, graph.AxisRange(), graph.AxisElem(k)), table.Shape().Dimensions[0])
	}
	return columns
}
