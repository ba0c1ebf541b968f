package balance

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"cggm/objective"
)

// G2D is gradient-guided distillation: it treats weak modalities that the strong
// ones leave without gradient. Every modality is first trained alone and frozen
// as a teacher (see UMT). The model then learns from all teachers, and in the
// first part of the training only the weak modalities' encoders learn at all:
//
//	L = L_task(z) + alpha tau^2 sum_m KL(softmax(t_m/tau) || softmax(z/tau))
//	    + beta sum_m mean (h_m - f_m)^2
//	g_m <- 0  while modality m is among the strong of the phase
//
// t_m [batch, classes] and f_m [batch, width] are the logits and pooled features
// of modality m's teacher, z and h_m those of the model. The strength of a
// modality is the mean probability that its teacher gives to the true classes
// of the batch. Samples that lack a modality are left out for it. The paper trains the weaker of two modalities first and then
// both. With M modalities that part falls into M-1 phases: in phase j
// (from 0) the j+1 weakest learn. On a tie the modality named first is the
// weaker.
//
// Any fusion; the paper averages unimodal logits. Cost: a unimodal training
// first, then one more forward pass per encoder and step.
//
// Rakib and Bagavathi, "G2D: Boosting Multimodal Learning with
// Gradient-Guided Distillation", ICCV 2025. The paper prioritises for half of
// its 300 epochs; its code zeroes convolutions only, here the whole encoder.
type G2D struct {
	// Alpha weights the distillation of logits, >= 0. Default 1.
	Alpha float64 `yaml:"alpha"`
	// Beta weights the imitation of features, >= 0. Default 1.
	Beta float64 `yaml:"beta"`
	// Temperature is tau, > 0. Default 1.
	Temperature float64 `yaml:"temperature"`
	// Priority is the share of the epochs with sequential prioritisation, in
	// [0,1]; 0 is off, with 1 the strongest modality never learns. Default 0.5.
	Priority float64 `yaml:"priority"`
	// Teachers is the number of epochs that teachers train, >= 0; 0: as long as
	// the model. Default 0.
	Teachers int `yaml:"teachers"`
}

// DefaultG2D returns all weights 1 and prioritisation for half of the epochs.
func DefaultG2D() *G2D { return &G2D{Alpha: 1, Beta: 1, Temperature: 1, Priority: .5} }

var (
	_ Method    = (*G2D)(nil)
	_ Validator = (*G2D)(nil)
	_ Preparer  = (*G2D)(nil)
)

// Traits declares the scale where it prioritises.
func (d *G2D) Traits() Traits {
	t := Traits{
		Tasks: []objective.Task{objective.Classification},
		Why:   "it distils class probabilities and ranks teachers by them",
	}
	if d.Priority > 0 {
		t.Takes = Scale
	}
	return t
}

// Validate checks the ranges of the settings.
func (d *G2D) Validate() error {
	switch {
	case d.Alpha < 0 || d.Beta < 0:
		return fmt.Errorf("balance: g2d: alpha %g, beta %g: must not be negative", d.Alpha, d.Beta)
	case !(d.Temperature > 0):
		return fmt.Errorf("balance: g2d: temperature %g: must be above 0", d.Temperature)
	case !(d.Priority >= 0 && d.Priority <= 1):
		return fmt.Errorf("balance: g2d: priority %g: must be a share of the epochs, in [0,1] (0 is off)", d.Priority)
	}
	return checkTeachers("g2d", d.Teachers)
}

func (d *G2D) off() bool { return d.Alpha == 0 && d.Beta == 0 && d.Priority == 0 }

// BeforeEpoch trains the teachers before the first epoch.
func (d *G2D) BeforeEpoch(e *Epoch) error {
	if d.off() {
		return nil
	}
	return teach(e, "state/g2d/teacher/", d.Teachers)
}

// Build adds the distillation and holds strong modalities back.
func (d *G2D) Build(s *Step) Effect {
	if d.off() {
		return Effect{}
	}
	taught, n := s.Pass.Copy("g2d/teacher"), s.Modalities()
	z := s.Pass.Fused().Logits
	distances, strengths := make([]*graph.Node, n), make([]*graph.Node, n)
	truth := graph.OneHot(s.Labels, z.Shape().Dimensions[1], z.DType())
	for m, present := range columnsOf(s.Pass.Presence()) {
		t := taught.Attached(m).Logits
		distances[m] = weighted(divergence(t, z, d.Temperature), present)
		strengths[m] = weighted(graph.ReduceSum(graph.Mul(graph.Softmax(t, -1), truth), -1), present)
	}
	distance, features := graph.Stack(distances, 0), imitation(s, taught)
	strength := graph.StopGradient(graph.Stack(strengths, 0))
	e := Effect{
		Loss: graph.Add(
			graph.MulScalar(graph.ReduceAllSum(distance), d.Alpha*d.Temperature*d.Temperature),
			graph.MulScalar(graph.ReduceAllSum(features), d.Beta)),
		Report: []Quantity{{"distillation_loss", distance}, {"imitation_loss", features}, {"teacher_confidence", strength}},
	}
	if d.Priority > 0 {
		k := d.priority(strength, s.Epoch, s.Epochs)
		e.Scale = split(k)
		e.Report = append(e.Report, Quantity{CoefficientName, k})
	}
	return e
}

// divergence returns KL(softmax(t/tau) || softmax(z/tau)) of every sample,
// [batch].
func divergence(t, z *graph.Node, tau float64) *graph.Node {
	p := graph.LogSoftmax(graph.StopGradient(graph.DivScalar(t, tau)), -1)
	q := graph.LogSoftmax(graph.DivScalar(z, tau), -1)
	return graph.ReduceSum(graph.Mul(graph.Exp(p), graph.Sub(p, q)), -1)
}

// priority returns 1 for the modalities that learn in the phase of an epoch of
// epochs and 0 for the others, from their strengths [M].
func (d *G2D) priority(strength, epoch *graph.Node, epochs int) *graph.Node {
	n := strength.Shape().Dimensions[0]
	ranks := make([]*graph.Node, n)
	parts := split(strength)
	for m, mine := range parts {
		ranks[m] = graph.ScalarZero(mine.Graph(), dtypes.Float32)
		for k, other := range parts {
			weaker := graph.LessThan(other, mine)
			if k < m {
				weaker = graph.LessOrEqual(other, mine)
			}
			if k != m {
				ranks[m] = graph.Add(ranks[m], graph.ConvertDType(weaker, dtypes.Float32))
			}
		}
	}
	// Phase j lasts from epoch j/(M-1) of the first part; after the last, all learn.
	// The slack keeps products that are whole numbers on their side.
	first := d.Priority * float64(max(1, epochs))
	phase := graph.Floor(graph.AddScalar(graph.MulScalar(epoch, float64(n-1)/first), 1e-4))
	return graph.ConvertDType(graph.LessOrEqual(graph.Stack(ranks, 0), phase), dtypes.Float32)
}
