// Package mosiutterance opens the utterance-level features of CMU-MOSI that
// Poria et al. (ACL 2017) released: text, audio and video vectors of 2199
// utterances from 93 videos, each of positive or negative sentiment.
//
// The folder holds {text,audio,video}_{train,test}0.csv (quoted numbers, no
// header, the label last), transcripts.csv (utterance, text, count, label) and
// train_index.txt and test_index.txt, which give for every row of the feature
// files its row in transcripts.csv, from 0.
package mosiutterance

import (
	"context"
	"fmt"

	"cggm/objective"
	"cggm/sample"
	"cggm/task"
	"cggm/task/internal/split"
	"cggm/task/normal"
)

// modalities are the inputs, in the order of the model, and published holds
// the widths and the rows of train and test as released.
var (
	modalities = [3]string{"text", "audio", "video"}
	published  = struct {
		widths [3]int
		rows   [2]int
	}{[3]int{100, 73, 100}, [2]int{1447, 752}}
)

// Task opens the data set. The test split is the released one; a fifth of the
// released training rows, cut by video with a fixed seed, is for validation.
// Features are standardised with numbers fitted on the rest.
type Task struct{}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

// splitSeed cuts validation from training, the same for everybody.
const splitSeed = 1606

// Open reads the folder o.Dir; the seed has no effect.
func (t Task) Open(ctx context.Context, o task.Options) (*task.Data, error) {
	d, _, err := t.open(ctx, o)
	return d, err
}

func (Task) open(ctx context.Context, o task.Options) (*task.Data, *task.Groups, error) {
	if o.Dir == "" {
		return nil, nil, fmt.Errorf("mosiutterance: no folder given: name the one that holds text_train0.csv")
	}
	f, err := read(ctx, o.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("mosiutterance: %w", err)
	}
	train, test := f.parts[0], f.parts[1]
	cut, err := split.Grouped(train.videos, train.labels, split.Parts{Train: 80, Val: 20}, splitSeed)
	if err != nil {
		return nil, nil, fmt.Errorf("mosiutterance: %w", err)
	}
	official, err := train.set()
	if err != nil {
		return nil, nil, err
	}
	held, err := test.set()
	if err != nil {
		return nil, nil, err
	}
	sets, _, err := normal.Splits(nil, official.Subset(cut.Train), official.Subset(cut.Val), held)
	if err != nil {
		return nil, nil, fmt.Errorf("mosiutterance: %w", err)
	}
	groups := &task.Groups{pick(train.videos, cut.Train), pick(train.videos, cut.Val), test.videos}
	info := task.Info{
		Task: objective.Classification, Outputs: 2, Classes: []string{"negative", "positive"},
		Vocabulary: make([]int, len(modalities)), Warnings: f.warnings(),
	}
	return task.FromSets(info, sets[0], sets[1], sets[2]), groups, nil
}

// Doctor checks the folder: files, alignment of the modalities, labels, values
// and videos that are in two splits.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	return task.Diagnose(ctx, o, t.open)
}

func pick(names []string, rows []int) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = names[r]
	}
	return out
}

// set returns a released split as it is in the files.
func (p *part) set() (*sample.Set, error) {
	inputs := make([]sample.Column, len(modalities))
	for m, name := range modalities {
		inputs[m] = sample.Column{
			Layout: sample.Layout{Name: name, Dims: []int{p.widths[m]}}, Floats: p.values[m],
		}
	}
	return sample.NewSet(inputs, sample.Column{
		Layout: sample.Layout{Name: "sentiment", Kind: sample.Int}, Ints: p.labels,
	}, nil)
}
