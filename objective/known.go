package objective

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var losses = map[string]func() Loss{
	"cross-entropy":        func() Loss { return &CrossEntropy{} },
	"binary-cross-entropy": func() Loss { return &BinaryCrossEntropy{} },
	"l1":                   func() Loss { return &L1{} },
	"mse":                  func() Loss { return &MSE{} },
	"huber":                func() Loss { return DefaultHuber() },
	"dice-ce":              func() Loss { return DefaultDiceCE() },
}

var signals = map[string]func() Signal{
	"accuracy":       func() Signal { return &Accuracy{} },
	"sign-accuracy":  func() Signal { return &SignAccuracy{} },
	"label-accuracy": func() Signal { return &LabelAccuracy{} },
	"mean-dice":      func() Signal { return &MeanDice{} },
	"brats-dice":     func() Signal { return &BraTSDice{} },
	"explained":      func() Signal { return &Explained{} },
}

// Losses returns the names of the losses in alphabetical order.
func Losses() []string { return slices.Sorted(maps.Keys(losses)) }

// Signals returns the names of the signals in alphabetical order. NegativeLoss
// needs a loss and is not among them.
func Signals() []string { return slices.Sorted(maps.Keys(signals)) }

// NewLoss returns the named loss with its default settings, as a pointer that
// settings can be decoded into.
func NewLoss(name string) (Loss, error) { return find("loss", name, losses) }

// NewSignal returns the named signal.
func NewSignal(name string) (Signal, error) { return find("signal", name, signals) }

func find[T any](sort, name string, known map[string]func() T) (T, error) {
	fresh, ok := known[name]
	if !ok {
		var none T
		return none, fmt.Errorf("objective: unknown %s %q: choose one of %s",
			sort, name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	return fresh(), nil
}

// DefaultLoss returns the loss that is usual for the task.
func DefaultLoss(t Task) (Loss, error) {
	name, ok := map[Task]string{
		Classification: "cross-entropy", MultiLabel: "binary-cross-entropy", Regression: "l1", Dense: "dice-ce",
	}[t]
	if !ok {
		return nil, unknownTask(t)
	}
	return NewLoss(name)
}

// DefaultSignal returns the signal that is usual for the task; for regression,
// where no scale is known, it is the negative of the default loss.
func DefaultSignal(t Task) (Signal, error) {
	switch t {
	case Classification:
		return Accuracy{}, nil
	case MultiLabel:
		return LabelAccuracy{}, nil
	case Regression:
		return NegativeLoss{Of: L1{}}, nil
	case Dense:
		return MeanDice{}, nil
	}
	return nil, unknownTask(t)
}

func unknownTask(t Task) error {
	return fmt.Errorf("objective: unknown task %q: choose one of %s, %s, %s, %s", t, Classification, MultiLabel, Regression, Dense)
}
