package experiment

import (
	"context"
	"fmt"
	"strings"

	"cggm/config"
	"cggm/objective"
	"cggm/task"
	"cggm/task/avdigits"
	"cggm/task/digits"
	"cggm/task/emoji"
	"cggm/task/manifest"
	"cggm/task/mosi"
	"cggm/task/mosiutterance"
	"cggm/task/synthetic"
)

// TaskInfo describes a built-in task.
type TaskInfo struct {
	Name       string
	Title      string
	Modalities string
	Kind       objective.Task
	// NeedsDir says that the user brings the data, with --data.
	NeedsDir bool
	// Samples is the number of samples of all splits, 0 where it depends on
	// the settings.
	Samples int

	preset func(c *Config)
	open   func(c *Config) (task.Opener, error)
}

// TaskOwn is the task of a configuration that describes own data.
const TaskOwn = "manifest"

// DefaultTask is trained when none is named.
const DefaultTask = "emoji"

// reference is the title of a task's variant.
const reference = "the same as the published code of CGGM does it"

var tasks = []TaskInfo{
	{
		Name: "emoji", Title: "pictures and names of emoji, 9 categories", Modalities: "picture, name",
		Kind: objective.Classification, Samples: 1906, preset: presetEmoji,
		open: func(*Config) (task.Opener, error) { return emoji.Task{}, nil },
	},
	{
		Name: "digits", Title: "six feature views of handwritten digits, 10 classes", Modalities: "pix, fou, fac, zer, kar, mor",
		Kind: objective.Classification, Samples: 2000, preset: presetDigits,
		open: func(*Config) (task.Opener, error) { return digits.Task{}, nil },
	},
	{
		Name: "synthetic", Title: "generated data with known imbalance", Modalities: "as set, 1 to 8",
		Kind: objective.Classification, preset: presetSynthetic, open: openSynthetic,
	},
	{
		Name: "mosi-utterance", Title: "CMU-MOSI utterance features, 2 sentiments", Modalities: "text, audio, video",
		Kind: objective.Classification, NeedsDir: true, Samples: 2199, preset: presetMOSIUtterance,
		open: func(*Config) (task.Opener, error) { return mosiutterance.Task{}, nil },
	},
	{
		Name: "av-digits", Title: "spoken digits with written digits, 10 classes", Modalities: "audio, picture",
		Kind: objective.Classification, NeedsDir: true, Samples: 3000, preset: presetAVDigits,
		open: func(*Config) (task.Opener, error) { return avdigits.Task{}, nil },
	},
	foodTask("food101", "UPMC Food-101: dishes in pictures and titles, 101 classes", false, presetFood),
	foodTask("food101-reference", reference, false, presetFoodReference),
	foodTask("food101-tiny", "the same, small; generated data without --data", true, presetFoodTiny),
	braTSTask("brats2021", "BraTS 2021: brain tumours in scans, 4 classes per pixel", false, presetBraTS),
	braTSTask("brats2021-reference", reference, false, presetBraTSReference),
	braTSTask("brats2021-tiny", "the same, small; generated data without --data", true, presetBraTSTiny),
	sentimentTask("mosi", "CMU-MOSI: sentiment in [-3,3] of sequences of features", mosi.MOSI, false, presetSentiment),
	sentimentTask("mosi-reference", reference, mosi.MOSI, false, presetSentimentReference),
	sentimentTask("mosi-tiny", "the same, small; generated data without --data", mosi.MOSI, true, presetSentimentTiny),
	sentimentTask("mosei", "CMU-MOSEI: sentiment in [-3,3] of sequences of features", mosi.MOSEI, false, presetSentiment),
	sentimentTask("mosei-reference", reference, mosi.MOSEI, false, presetSentimentReference),
	sentimentTask("mosei-tiny", "the same, small; generated data without --data", mosi.MOSEI, true, presetSentimentTiny),
	emotionTask("iemocap", "IEMOCAP: 4 emotions of sequences of features", false, presetEmotion),
	emotionTask("iemocap-reference", reference, false, presetEmotionReference),
	emotionTask("iemocap-tiny", "the same, small; generated data without --data", true, presetEmotionTiny),
	{
		Name: TaskOwn, Title: "your own data, described by a YAML file", Modalities: "1 to 8",
		preset: presetOwn, open: openManifest,
	},
}

// Tasks returns the built-in tasks.
func Tasks() []TaskInfo { return append([]TaskInfo{}, tasks...) }

// TaskNames returns the names of the built-in tasks.
func TaskNames() []string {
	names := make([]string, len(tasks))
	for i, t := range tasks {
		names[i] = t.Name
	}
	return names
}

func findTask(name string) (TaskInfo, error) {
	for _, t := range tasks {
		if t.Name == name {
			return t, nil
		}
	}
	return TaskInfo{}, usage(fmt.Errorf("experiment: unknown task %q%s: choose one of %s, or give a YAML file",
		name, config.Suggest(name, TaskNames()), strings.Join(TaskNames(), ", ")))
}

func openSynthetic(c *Config) (task.Opener, error) {
	s := synthetic.Default()
	if err := config.Apply("data.synthetic", c.Data.Synthetic, &s); err != nil {
		return nil, usage(err)
	}
	if err := s.Validate(); err != nil {
		return nil, usage(err)
	}
	return synthetic.Task{Config: s}, nil
}

func openManifest(c *Config) (task.Opener, error) {
	if c.Data.Manifest == "" {
		return nil, usage(fmt.Errorf("experiment: own data needs a manifest: set data.manifest to the YAML file that describes it"))
	}
	return manifest.Task{Path: c.Data.Manifest}, nil
}

// source returns what opens the data of the configured task.
func source(c *Config) (task.Opener, error) {
	info, err := findTask(c.Task)
	if err != nil {
		return nil, err
	}
	if info.NeedsDir && c.Data.Dir == "" {
		return nil, usage(fmt.Errorf("experiment: task %s reads files that you bring: name their folder with --data DIR", c.Task))
	}
	return info.open(c)
}

// open opens the data of the configured task.
func open(ctx context.Context, c *Config) (*task.Data, error) {
	opener, err := source(c)
	if err != nil {
		return nil, err
	}
	return opener.Open(ctx, task.Options{Dir: c.Data.Dir, Seed: c.Data.Seed})
}
