package digits

import (
	"context"
	"strconv"

	"cggm/objective"
	"cggm/sample"
	"cggm/task"
	"cggm/task/normal"
)

// Task opens the data set as six modalities, one per view, standardised with
// numbers fitted on the training split.
type Task struct{}

var _ task.Opener = Task{}

// Open returns the fixed split; the options have no effect.
func (Task) Open(context.Context, task.Options) (*task.Data, error) {
	s, err := Load()
	if err != nil {
		return nil, err
	}
	inputs := make([]sample.Column, Count)
	for v := range inputs {
		inputs[v] = sample.Column{
			Layout: sample.Layout{Name: s.Names[v], Kind: sample.Float, Dims: []int{s.Widths[v]}},
			Floats: s.Views[v],
		}
	}
	label := sample.Column{Layout: sample.Layout{Name: "digit", Kind: sample.Int}, Ints: s.Labels}
	all, err := sample.NewSet(inputs, label, nil)
	if err != nil {
		return nil, err
	}
	sets, _, err := normal.Splits(nil, all.Subset(s.Train), all.Subset(s.Val), all.Subset(s.Test))
	if err != nil {
		return nil, err
	}
	info := task.Info{Task: objective.Classification, Outputs: Classes, Vocabulary: make([]int, Count)}
	for d := range Classes {
		info.Classes = append(info.Classes, strconv.Itoa(d))
	}
	return task.FromSets(info, sets[0], sets[1], sets[2]), nil
}
