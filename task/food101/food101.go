// Package food101 opens UPMC Food-101 (Wang et al., ICMEW 2015): pictures of
// dishes with the titles of the recipes, 101 classes, in the published layout:
//
//	DIR/images/train/CLASS/CLASS_N.jpg   and images/test
//	DIR/texts/train_titles.csv           and test_titles.csv: image, title, class
//
// or in that of the published code of CGGM, whose splits stand: DIR/train.json,
// dev.json and test.json, each a list of samples with id, img_path, label and
// text_tokens.
//
// The test split is the published one; a tenth of the published training
// samples, stratified by class with a fixed seed, is for validation.
//
// The inputs are the last hidden states of a frozen vision transformer and a
// frozen BERT, whose checkpoints lie in DIR/vit-base-patch16-224 and
// DIR/bert-base-uncased or where the settings say, or, for small models,
// pictures of a few pixels and word numbers of a vocabulary of the training
// titles.
package food101

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/compute"

	"cggm/augment"
	"cggm/objective"
	"cggm/sample"
	"cggm/task"
)

// What Config.Lengths may be.
const (
	LengthsTokens = "tokens"
	LengthsAll    = "all"
)

// Config holds the settings.
type Config struct {
	// Text is the folder of the BERT: config.json, model.safetensors, and
	// vocab.txt or tokenizer.json. "": bert-base-uncased in the data's folder.
	Text string `yaml:"text"`
	// Picture is the folder of the vision transformer: config.json,
	// model.safetensors and preprocessor_config.json. "":
	// vit-base-patch16-224 in the data's folder.
	Picture string `yaml:"picture"`
	// Cache is the folder that keeps features, 0.6 MB a picture and up to
	// 0.15 MB a title. "": features in the data's folder.
	Cache string `yaml:"cache"`
	// Length is the largest number of tokens of a title, >= 2.
	Length int `yaml:"length"`
	// Lengths tells tokens of a title from padding: "tokens", or "all" counts
	// the padding up to Length too.
	Lengths string `yaml:"lengths"`
	// Standardize standardises pictures as preprocessor_config.json says;
	// otherwise the frozen network reads them in [0,1].
	Standardize bool `yaml:"standardize"`
	// Augment changes training pictures before the frozen network sees them.
	Augment augment.Options `yaml:"augment"`
	// Views is the number of changed versions of every training picture,
	// which epochs take in turn and the cache keeps. 0 makes a new version
	// every epoch and keeps none: as published, and the network runs on every
	// picture every epoch.
	Views int `yaml:"views"`
	// Side is the extent of the small pictures, > 0, and Words the size of
	// the vocabulary, > 2; for small models only.
	Side  int `yaml:"side"`
	Words int `yaml:"words"`
}

// Default returns the settings of the CGGM paper, but with four versions of
// every picture.
func Default() Config {
	return Config{
		Length: 50, Lengths: LengthsTokens, Standardize: true, Views: 4, Side: 32, Words: 2000,
		Augment: augment.Options{
			Flip: .5, Brightness: .4, Contrast: .4, Saturation: .4, Hue: .1, Jitter: .8, Grayscale: .2, Blur: 1,
		},
	}
}

// Validate reports settings outside their ranges.
func (c Config) Validate() error {
	switch {
	case c.Length < 2 || c.Length > 512:
		return fmt.Errorf("food101: length %d: must be in [2,512]", c.Length)
	case c.Lengths != LengthsTokens && c.Lengths != LengthsAll:
		return fmt.Errorf("food101: lengths %q: choose %q or %q", c.Lengths, LengthsTokens, LengthsAll)
	case c.Views < 0:
		return fmt.Errorf("food101: views %d: must not be negative (0 is new ones every epoch)", c.Views)
	case c.Side < 1 || c.Side > 1024:
		return fmt.Errorf("food101: side %d: must be in [1,1024]", c.Side)
	case c.Words < 3:
		return fmt.Errorf("food101: words %d: must be 3 or more", c.Words)
	}
	return c.Augment.Validate()
}

// Task opens the data set.
type Task struct {
	Config Config
	// Engine opens what runs the frozen networks.
	Engine func() (compute.Backend, error)
	// Small asks for small pictures and words instead of features. Without a
	// folder they are made up.
	Small bool
}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

// Open finds the samples of the folder o.Dir. Features are computed when they
// are first read. The seed has no effect on files, only on made-up samples.
func (t Task) Open(ctx context.Context, o task.Options) (*task.Data, error) {
	d, err := t.open(ctx, o)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("food101: %w", err)
	}
	return d, err
}

func (t Task) open(ctx context.Context, o task.Options) (*task.Data, error) {
	menu, err := t.menu(o)
	if err != nil {
		return nil, err
	}
	info := task.Info{
		Task: objective.Classification, Outputs: len(menu.classes), Classes: menu.classes,
		Vocabulary: []int{0, 0}, Warnings: menu.warnings,
	}
	if t.Small {
		return t.small(ctx, menu, info)
	}
	f, err := t.frozen(o.Dir)
	if err != nil {
		return nil, err
	}
	d := &task.Data{Info: info}
	var sources [3]*source
	for i, dishes := range menu.splits {
		sources[i] = &source{frozen: f, dishes: dishes, config: t.Config}
		d.Fingerprints[i] = fingerprint(dishes)
	}
	d.Splits = sample.Splits{Train: sources[0], Val: sources[1], Test: sources[2]}
	return d, nil
}

// menu returns the samples.
func (t Task) menu(o task.Options) (*menu, error) {
	if err := t.Config.Validate(); err != nil {
		return nil, err
	}
	if o.Dir != "" {
		return find(o.Dir)
	}
	if t.Small {
		return generate(o.Seed, t.Config.Side), nil
	}
	return nil, errors.New("no folder given: name the one that holds images/train, images/test, texts/train_titles.csv and texts/test_titles.csv")
}
