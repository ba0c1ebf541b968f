// Package mosi opens CMU-MOSI (Zadeh et al., 2016) and CMU-MOSEI (Zadeh et al.,
// 2018): text, audio and vision of people who speak into a camera, step by
// step, with a sentiment in [-3,3] per utterance. It reads the two pickles in
// which the features are passed around:
//
//   - that of the CGGM authors' code, after MulT and MultiBench: a dictionary
//     of train, valid and test, each with text, audio and vision
//     [samples, steps, width], labels [samples, 1, 1] and id;
//   - that of MMSA: aligned_50.pkl and unaligned_50.pkl with text, audio,
//     vision, regression_labels [samples] and id; text_bert, audio_lengths,
//     vision_lengths and classification_labels are used where they are there.
//
// The three splits are those of the file. As in the published code audio of
// -inf, the logarithm of silence, counts as 0, and nothing is standardised.
package mosi

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

// splitNames are the splits as reports call them, keys as the files do.
var (
	splitNames = [3]string{"train", "val", "test"}
	keys       = [3]string{"train", "valid", "test"}
)

// Corpus is one of the two data sets.
type Corpus struct {
	// Title as in CMU-MOSI, and Task as in mosi.
	Title, Task string
	// files are the names to look for, in this order.
	files []string
	// published are the numbers of samples of the splits in the files that are
	// passed around.
	published [][3]int
	// widths of made-up modalities, as published.
	widths [3]int
}

// The two data sets.
var (
	MOSI = Corpus{
		Title: "CMU-MOSI", Task: "mosi",
		files:     []string{"mosi_data.pkl", "mosi_data_noalign.pkl", "mosi_raw.pkl"},
		published: [][3]int{{1284, 229, 686}}, widths: [3]int{300, 5, 20},
	}
	MOSEI = Corpus{
		Title: "CMU-MOSEI", Task: "mosei",
		files:     []string{"mosei_senti_data.pkl", "mosei_senti_data_noalign.pkl", "mosei_data.pkl", "mosei_raw.pkl"},
		published: [][3]int{{16326, 1871, 4659}, {16265, 1869, 4643}}, widths: [3]int{300, 74, 35},
	}
)

// The ways to tell the steps of a sample from padding.
const (
	// LengthsFile uses the lengths, and the mask of the text, that the file
	// states; without them every step counts, as in the published code.
	LengthsFile = "file"
	// LengthsAll counts every step.
	LengthsAll = "all"
	// LengthsZeros uses what the file states, and cuts steps of zeros off both
	// ends of a modality where it states nothing.
	LengthsZeros = "zeros"
)

// Config holds the settings.
type Config struct {
	// File is the pickle's path in the folder; "": the first of the known
	// names that is there.
	File string `yaml:"file"`
	// Lengths tells steps from padding: "file" by what the file states, "zeros"
	// also by steps of zeros at both ends, "all" counts every step.
	Lengths string `yaml:"lengths"`
	// Clean makes 0 of every value that is no finite number. Otherwise only
	// audio may hold such values, and only -inf.
	Clean bool `yaml:"clean"`
}

// Default returns the settings of the CGGM paper.
func Default() Config { return Config{Lengths: LengthsFile} }

// Validate reports settings outside their ranges.
func (c Config) Validate() error {
	ways := []string{LengthsFile, LengthsAll, LengthsZeros}
	if !slices.Contains(ways, c.Lengths) {
		return fmt.Errorf("mosi: lengths %q: choose one of %s", c.Lengths, strings.Join(ways, ", "))
	}
	return nil
}

// Task opens one of the data sets.
type Task struct {
	Corpus Corpus
	Config Config
	// Generate makes samples up where no folder is given.
	Generate bool
}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

// Open reads the pickle in the folder o.Dir; the seed has an effect on made-up
// samples only.
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
	return nil, fmt.Errorf("%s: %w", t.Corpus.Task, err)
}

// read returns what the folder holds; what could be read also with an error.
func (t Task) read(ctx context.Context, o task.Options) (*content, error) {
	if err := t.Config.Validate(); err != nil {
		return nil, err
	}
	if o.Dir == "" {
		if t.Generate {
			return generate(t.Corpus, o.Seed), nil
		}
		return nil, errors.New("no folder given: name the one that holds " + strings.Join(t.names(), " or "))
	}
	path, others, err := t.find(o.Dir)
	if err != nil {
		return nil, err
	}
	c, err := read(ctx, path, t.Config)
	if c == nil {
		return nil, err
	}
	if len(others) > 0 {
		c.warnings = append(c.warnings, fmt.Sprintf("read %s; %s not read: choose with data.settings.file", path, list(others)))
	}
	if err == nil {
		c.warnings = append(c.warnings, t.Corpus.compare(c)...)
	}
	return c, err
}

// list joins names with the verb that fits.
func list(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, ", ") + " are"
}

// compare warns where the numbers of samples are not the published ones.
func (k Corpus) compare(c *content) []string {
	var got [3]int
	for i, p := range c.parts {
		got[i] = len(p.labels)
	}
	if slices.Contains(k.published, got) {
		return nil
	}
	text := fmt.Sprintf("%d, %d and %d samples for training, validation and test; the published files of %s have %d, %d and %d",
		got[0], got[1], got[2], k.Title, k.published[0][0], k.published[0][1], k.published[0][2])
	for _, other := range []Corpus{MOSI, MOSEI} {
		if slices.Contains(other.published, got) {
			text += fmt.Sprintf(": these are the numbers of %s, task %s", other.Title, other.Task)
		}
	}
	return []string{text}
}

// data returns the splits as sets.
func (t Task) data(c *content) (*task.Data, error) {
	info := task.Info{
		Task: objective.Regression, Outputs: 1, Scores: "sentiment",
		Classes: []string{"sentiment"}, Vocabulary: make([]int, len(Modalities)), Warnings: c.warnings,
	}
	var sets [3]*sample.Set
	for i, p := range c.parts {
		var inputs []sample.Column
		for m, in := range p.inputs {
			inputs = append(inputs, sample.Column{
				Layout: sample.Layout{Name: Modalities[m], Dims: []int{in.steps, in.width}, Ragged: c.ragged(m)},
				Floats: in.values, Lengths: c.lengths(i, m),
			})
		}
		label := sample.Column{Layout: sample.Layout{Name: "sentiment", Dims: []int{1}}, Floats: p.labels}
		var err error
		if sets[i], err = sample.NewSet(inputs, label, nil); err != nil {
			return nil, err
		}
	}
	return task.FromSets(info, sets[0], sets[1], sets[2]), nil
}
