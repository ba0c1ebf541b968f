package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cggm/objective"
	"cggm/sample"
	"cggm/score"
	"cggm/trainer"
)

// scorer computes the scores that fit a kind of problem.
type scorer struct {
	outputs int
	primary string
	measure func(logits []float32, labels *sample.Column, outputs int) (map[string]float64, error)
}

var _ trainer.Scorer = scorer{}

// measures lists the scores of each kind of problem; the first is primary.
var measures = map[objective.Task][]string{
	objective.Classification: {"accuracy", "macro_f1"},
	objective.MultiLabel:     {"micro_f1", "macro_f1"},
	objective.Regression:     {"mae", "rmse", "pearson", "r2"},
	objective.Dense:          {"mean_dice", "accuracy"},
}

// smaller names the scores of which less is better.
var smaller = []string{"mae", "rmse", "hausdorff95", "hausdorff95_wt", "hausdorff95_tc", "hausdorff95_et"}

// family is a set of scores that a field reports; the first is primary.
type family struct {
	names   []string
	measure func(logits []float32, labels *sample.Column, outputs int) (map[string]float64, error)
}

// families holds the sets that a task names.
var families = map[string]family{
	"brats":     {bratsScores, scoreTumours},
	"emotion":   {emotionScores, scoreEmotions},
	"sentiment": {sentimentScores, scoreSentiment},
}

func newScorer(kind objective.Task, field string, outputs int, primary string) (trainer.Scorer, error) {
	known, ok := measures[kind]
	special, chosen := families[field]
	if chosen {
		known, ok = special.names, true
	}
	if !ok {
		return nil, fmt.Errorf("experiment: no scores for a %q task", kind)
	}
	if primary == "" {
		primary = known[0]
	}
	if !slices.Contains(known, primary) {
		return nil, usage(fmt.Errorf("experiment: score %q: a %s task has %s", primary, kind, strings.Join(known, ", ")))
	}
	functions := map[objective.Task]func([]float32, *sample.Column, int) (map[string]float64, error){
		objective.Classification: scoreClasses,
		objective.MultiLabel:     scoreLabels,
		objective.Regression:     scoreNumbers,
		objective.Dense:          scorePixels,
	}
	measure := functions[kind]
	if chosen {
		measure = special.measure
	}
	return scorer{outputs: outputs, primary: primary, measure: measure}, nil
}

// Score implements trainer.Scorer.
func (s scorer) Score(logits []float32, labels *sample.Column) (map[string]float64, error) {
	return s.measure(logits, labels, s.outputs)
}

// Primary implements trainer.Scorer.
func (s scorer) Primary() (string, bool) { return s.primary, !slices.Contains(smaller, s.primary) }

func scoreClasses(logits []float32, labels *sample.Column, classes int) (map[string]float64, error) {
	c, err := confusion(logits, labels, classes)
	if err != nil {
		return nil, err
	}
	return collect(map[string]func() (float64, error){"accuracy": c.Accuracy, "macro_f1": c.MacroF1})
}

func scorePixels(logits []float32, labels *sample.Column, classes int) (map[string]float64, error) {
	c, err := confusion(logits, labels, classes)
	if err != nil {
		return nil, err
	}
	return collect(map[string]func() (float64, error){"accuracy": c.Accuracy, "mean_dice": c.MeanDice})
}

func confusion(logits []float32, labels *sample.Column, classes int) (*score.Confusion, error) {
	predicted, err := score.Argmax(logits, classes)
	if err != nil {
		return nil, err
	}
	c, err := score.NewConfusion(classes)
	if err != nil {
		return nil, err
	}
	return c, c.Add(predicted, labels.Ints)
}

func scoreLabels(logits []float32, labels *sample.Column, outputs int) (map[string]float64, error) {
	micro, macro, err := score.MultiLabelF1(logits, labels.Floats, outputs, 0)
	if err != nil {
		return nil, err
	}
	return map[string]float64{"micro_f1": micro, "macro_f1": macro}, nil
}

func scoreNumbers(predicted []float32, labels *sample.Column, _ int) (map[string]float64, error) {
	truth := labels.Floats
	scores, err := collect(map[string]func() (float64, error){
		"mae":  func() (float64, error) { return score.MAE(predicted, truth) },
		"rmse": func() (float64, error) { return score.RMSE(predicted, truth) },
	})
	if err != nil {
		return nil, err
	}
	// A constant prediction, usual in the first epoch, has no correlation; a
	// constant label has no R2 either. Both count as 0 explained.
	for name, f := range map[string]func([]float32, []float32) (float64, error){"pearson": score.Pearson, "r2": score.R2} {
		v, err := f(predicted, truth)
		if err != nil || math.IsNaN(v) {
			v = 0
		}
		scores[name] = v
	}
	return scores, nil
}

func collect(functions map[string]func() (float64, error)) (map[string]float64, error) {
	scores := make(map[string]float64, len(functions))
	for name, f := range functions {
		v, err := f()
		if err != nil {
			return nil, fmt.Errorf("experiment: %s: %w", name, err)
		}
		scores[name] = v
	}
	return scores, nil
}
