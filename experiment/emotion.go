package experiment

import (
	"cggm/config"
	"cggm/objective"
	"cggm/sample"
	"cggm/task"
	"cggm/task/iemocap"
)

// emotionScores are those of emotions: the accuracy, which this field calls
// weighted; the mean accuracy of the classes; and the two usual means of F1.
var emotionScores = []string{"accuracy", "unweighted_accuracy", "weighted_f1", "macro_f1"}

func scoreEmotions(logits []float32, labels *sample.Column, classes int) (map[string]float64, error) {
	c, err := confusion(logits, labels, classes)
	if err != nil {
		return nil, err
	}
	return collect(map[string]func() (float64, error){
		"accuracy": c.Accuracy, "unweighted_accuracy": c.UnweightedAccuracy, "weighted_f1": c.WeightedF1, "macro_f1": c.MacroF1,
	})
}

// openEmotion returns what opens IEMOCAP with the configured settings.
func openEmotion(c *Config, generate bool) (task.Opener, error) {
	settings := iemocap.Default()
	if err := config.Apply("data.settings", c.Data.Settings, &settings); err != nil {
		return nil, usage(err)
	}
	if err := settings.Validate(); err != nil {
		return nil, usage(err)
	}
	return iemocap.Task{Config: settings, Generate: generate}, nil
}

// classified makes a setting of sentiment one of emotions.
func classified(c *Config) {
	c.Loss, c.Signal, c.Score = Choice{"kind": "cross-entropy"}, Choice{"kind": "accuracy"}, "accuracy"
}

// presetEmotion is the CGGM paper's setting for IEMOCAP: that of CMU-MOSI with
// 4 layers, joined by 2.
func presetEmotion(c *Config) {
	presetSentiment(c)
	classified(c)
	deepen(c, map[string]any{"attention": .15, "relu": .15, "embed": .2, "residual": .1})
}

// deepen sets the networks of the paper with the given dropout.
func deepen(c *Config, dropout map[string]any) {
	transformers(c, 40, 4, 5, dropout)
	c.Fusion = Choice{"kind": "transformer", "layers": 2, "heads": 5, "pool": "first", "dropout": dropout}
	c.Classifier = Choice{"kind": "transformer", "layers": 2, "heads": 5, "dropout": dropout}
}

// presetEmotionReference does what the published code does where it differs
// from the paper: its modulation, no masks, and more dropout than for CMU-MOSI.
func presetEmotionReference(c *Config) {
	presetEmotion(c)
	deepen(c, map[string]any{"attention": .15, "relu": .15, "embed": .2, "residual": .15})
	c.Head = Choice{"kind": "residual", "dropout": .2}
	c.Options["cggm"]["variant"] = "reference"
	c.Data.Settings = map[string]any{"lengths": iemocap.LengthsAll}
}

// presetEmotionTiny is the same with narrow encoders, for a minute on a CPU.
func presetEmotionTiny(c *Config) {
	presetSentimentTiny(c)
	classified(c)
}

func emotionTask(name, title string, generate bool, preset func(*Config)) TaskInfo {
	return TaskInfo{
		Name: name, Title: title, Modalities: "text, audio, vision", Kind: objective.Classification, NeedsDir: !generate, preset: preset,
		open: func(c *Config) (task.Opener, error) { return openEmotion(c, generate) },
	}
}
