package emoji

import (
	"context"

	"cggm/objective"
	"cggm/sample"
	"cggm/task"
)

// TokenLength is the number of tokens that a name is cut or padded to.
const TokenLength = 40

// Task opens the data set as two modalities, picture and name.
type Task struct{}

var _ task.Opener = Task{}

// Open returns the fixed split; the options have no effect.
func (Task) Open(context.Context, task.Options) (*task.Data, error) {
	s, err := Load()
	if err != nil {
		return nil, err
	}
	all, err := sample.NewSet([]sample.Column{
		{Layout: sample.Layout{Name: "picture", Kind: sample.Byte, Dims: []int{Size, Size, 3}}, Bytes: s.Pictures},
		{Layout: sample.Layout{Name: "name", Kind: sample.Int, Dims: []int{TokenLength}}, Ints: s.Tokens(TokenLength)},
	}, sample.Column{Layout: sample.Layout{Name: "category", Kind: sample.Int}, Ints: s.Labels}, nil)
	if err != nil {
		return nil, err
	}
	info := task.Info{
		Task: objective.Classification, Outputs: len(s.Classes), Classes: s.Classes,
		Vocabulary: []int{0, s.VocabSize()},
	}
	return task.FromSets(info, all.Subset(s.Train), all.Subset(s.Val), all.Subset(s.Test)), nil
}
