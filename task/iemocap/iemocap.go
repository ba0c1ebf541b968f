// Package iemocap opens IEMOCAP (Busso et al., 2008): text, audio and vision
// of ten actors in five sessions, step by step, with one of four emotions per
// utterance. It reads the features of MMIN (Zhao et al., 2021), which the
// published code of CGGM uses too:
//
//	L/bert_large.h5         text, a dataset [steps, 1024] per utterance
//	A/comparE.h5            audio, [steps, 130]
//	A/comparE_mean_std.h5   FOLD/mean and FOLD/std [130] of the training split
//	V/denseface.h5          vision, [steps, 342]
//	target/FOLD/{trn,val,tst}_int2name.npy   names of utterances [samples, 1]
//	target/FOLD/{trn,val,tst}_label.npy      labels, one-hot [samples, 4]
//
// There are ten folds, one per actor: validation is one actor of a session,
// test the other one, training the four other sessions.
package iemocap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cggm/objective"
	"cggm/sample"
	"cggm/task"
)

// Modalities are the inputs, in the order of the model.
var Modalities = [3]string{"text", "audio", "vision"}

// Emotions are the classes, in the order of the labels; happy includes excited.
var Emotions = [4]string{"angry", "happy", "neutral", "sad"}

const audio = 1

// Folds is the number of folds of the cross-validation.
const Folds = 10

// splitNames are the splits as reports call them, keys as the files do.
var (
	splitNames = [3]string{"train", "val", "test"}
	keys       = [3]string{"trn", "val", "tst"}
)

// The published features: widths, utterances per session, and per emotion.
var (
	publishedWidths   = [3]int{1024, 130, 342}
	publishedSessions = [5]int{1085, 1023, 1151, 1031, 1241}
	publishedEmotions = [4]int{1103, 1636, 1708, 1084}
)

// The ways to tell the steps of a sample from padding.
const (
	// LengthsFile counts the rows of an utterance's dataset.
	LengthsFile = "file"
	// LengthsAll counts padding too, as the published code does.
	LengthsAll = "all"
	// LengthsZeros counts the rows up to the last that is not all zeros.
	LengthsZeros = "zeros"
)

// The ways to standardise audio, per feature.
const (
	// NormalizeFile takes mean and deviation of the fold's training split from
	// A/comparE_mean_std.h5, as the published code does.
	NormalizeFile = "file"
	// NormalizeTrain computes them from the training split.
	NormalizeTrain = "train"
	// NormalizeUtterance uses those of each utterance.
	NormalizeUtterance = "utterance"
	// NormalizeNone leaves audio as it is.
	NormalizeNone = "none"
)

// Steps are the most steps of each modality; what is longer is cut.
type Steps struct {
	// Text, Audio and Vision are the most steps of each.
	Text   int `yaml:"text"`
	Audio  int `yaml:"audio"`
	Vision int `yaml:"vision"`
}

func (s Steps) list() [3]int { return [3]int{s.Text, s.Audio, s.Vision} }

// Config holds the settings.
type Config struct {
	// Fold of the cross-validation, in [1,10].
	Fold int `yaml:"fold"`
	// Lengths tells steps from padding: "file" by the rows of an utterance,
	// "zeros" up to the last that is not all zeros, "all" counts every step.
	Lengths string `yaml:"lengths"`
	// Normalize says what standardises audio: "file" for the means and
	// deviations that come with it, "train" for those of the training split,
	// "utterance" for each utterance's own, or "none".
	Normalize string `yaml:"normalize"`
	// Steps are at least 1 each.
	Steps Steps `yaml:"steps"`
	// Clean makes 0 of every value that is no finite number.
	Clean bool `yaml:"clean"`
}

// Default returns the settings of the CGGM paper.
func Default() Config {
	return Config{Fold: 1, Lengths: LengthsFile, Normalize: NormalizeFile, Steps: Steps{22, 350, 50}}
}

// Validate reports settings outside their ranges.
func (c Config) Validate() error {
	if c.Fold < 1 || c.Fold > Folds {
		return fmt.Errorf("iemocap: fold %d: must be 1 to %d", c.Fold, Folds)
	}
	ways := []string{LengthsFile, LengthsAll, LengthsZeros}
	if !slices.Contains(ways, c.Lengths) {
		return fmt.Errorf("iemocap: lengths %q: choose one of %s", c.Lengths, strings.Join(ways, ", "))
	}
	ways = []string{NormalizeFile, NormalizeTrain, NormalizeUtterance, NormalizeNone}
	if !slices.Contains(ways, c.Normalize) {
		return fmt.Errorf("iemocap: normalize %q: choose one of %s", c.Normalize, strings.Join(ways, ", "))
	}
	for m, n := range c.Steps.list() {
		if n < 1 || n > maxSteps {
			return fmt.Errorf("iemocap: steps of %s %d: must be 1 to %d", Modalities[m], n, maxSteps)
		}
	}
	return nil
}

// Task opens the data set.
type Task struct {
	Config Config
	// Generate makes samples up where no folder is given.
	Generate bool
}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

// Open reads the configured fold in the folder o.Dir; the seed has an effect
// on made-up samples only.
func (t Task) Open(ctx context.Context, o task.Options) (*task.Data, error) {
	c, err := t.read(ctx, o)
	if err == nil {
		var d *task.Data
		if d, err = t.data(c); err == nil {
			return d, nil
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("iemocap: %w", err)
}

// read returns what the folder holds; what could be read also with an error.
func (t Task) read(ctx context.Context, o task.Options) (*content, error) {
	if err := t.Config.Validate(); err != nil {
		return nil, err
	}
	if o.Dir == "" {
		if t.Generate {
			return generate(o.Seed), nil
		}
		return nil, errors.New("no folder given: name the one that holds A, L, V and target")
	}
	root, err := find(o.Dir)
	if err != nil {
		return nil, err
	}
	return read(ctx, root, t.Config)
}

// data returns the splits as sets.
func (t Task) data(c *content) (*task.Data, error) {
	info := task.Info{
		Task: objective.Classification, Outputs: len(Emotions), Scores: "emotion",
		Classes: Emotions[:], Vocabulary: make([]int, len(Modalities)), Warnings: c.warnings,
	}
	ragged := t.Config.Lengths != LengthsAll
	var sets [3]*sample.Set
	for i, p := range c.parts {
		var inputs []sample.Column
		for m, in := range p.inputs {
			column := in.column(m)
			if !ragged {
				column.Ragged, column.Lengths = false, nil
			}
			inputs = append(inputs, column)
		}
		label := sample.Column{Layout: sample.Layout{Name: "emotion", Kind: sample.Int}, Ints: p.labels}
		var err error
		if sets[i], err = sample.NewSet(inputs, label, nil); err != nil {
			return nil, err
		}
	}
	return task.FromSets(info, sets[0], sets[1], sets[2]), nil
}
