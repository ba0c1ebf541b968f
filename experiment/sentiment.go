package experiment

import (
	"fmt"

	"cggm/config"
	"cggm/objective"
	"cggm/sample"
	"cggm/score"
	"cggm/task"
	"cggm/task/mosi"
)

// sentimentScores are those of sentiment in [-3,3]: three readings of the two
// classes that published tables mix, five and seven classes, and the distance.
var sentimentScores = []string{
	"mae", "pearson", "acc2_nonneg", "f1_nonneg", "acc2_pos", "f1_pos", "acc2_above", "f1_above", "acc5", "acc7",
}

// scoreSentiment returns the scores of package score's Sentiment.
func scoreSentiment(predicted []float32, labels *sample.Column, _ int) (map[string]float64, error) {
	s, err := score.SentimentOf(predicted, labels.Floats)
	if err != nil {
		return nil, fmt.Errorf("experiment: sentiment: %w", err)
	}
	return map[string]float64{
		"mae": s.MAE, "pearson": s.Correlation, "acc2_nonneg": s.Acc2NonNegative, "f1_nonneg": s.F1NonNegative,
		"acc2_pos": s.Acc2Positive, "f1_pos": s.F1Positive, "acc2_above": s.Acc2Above, "f1_above": s.F1Above,
		"acc5": s.Acc5, "acc7": s.Acc7,
	}, nil
}

// openSentiment returns what opens a corpus with the configured settings.
func openSentiment(c *Config, corpus mosi.Corpus, generate bool) (task.Opener, error) {
	settings := mosi.Default()
	if err := config.Apply("data.settings", c.Data.Settings, &settings); err != nil {
		return nil, usage(err)
	}
	if err := settings.Validate(); err != nil {
		return nil, usage(err)
	}
	return mosi.Task{Corpus: corpus, Config: settings, Generate: generate}, nil
}

// presetSentiment is the CGGM paper's setting for CMU-MOSI, which its code
// uses for CMU-MOSEI too. Rates of dropout are those of the published code.
func presetSentiment(c *Config) {
	dropout := map[string]any{"attention": .15, "relu": .15, "embed": .2, "residual": .1}
	transformers(c, 40, 5, 5, dropout)
	c.Fusion = Choice{"kind": "transformer", "layers": 3, "heads": 5, "pool": "first", "dropout": dropout}
	c.Head = Choice{"kind": "residual", "dropout": .1}
	c.Classifier = Choice{"kind": "transformer", "layers": 2, "heads": 5, "dropout": dropout}
	c.Loss, c.Signal, c.Score = Choice{"kind": "l1"}, Choice{"kind": "sign-accuracy"}, "mae"
	c.Optimizer = Optimizer{Kind: "adam", Rate: 1e-3, Schedule: Choice{"kind": "plateau", "patience": 10, "factor": .1}}
	c.Auxiliary = Optimizer{Kind: "adam", Rate: 5e-4, Schedule: Choice{"kind": "constant"}}
	c.Options = map[string]map[string]any{"cggm": {"rho": 1.3, "lambda": .2}}
	c.Train.Batch, c.Train.Epochs, c.Train.Clip = 64, 30, .8
}

// presetSentimentReference does what the published code does where it differs
// from the paper: its modulation, no masks, and selection by the accuracy of
// the sign.
func presetSentimentReference(c *Config) {
	presetSentiment(c)
	c.Options["cggm"]["variant"] = "reference"
	c.Data.Settings = map[string]any{"lengths": mosi.LengthsAll}
	c.Score = "acc2_above"
}

// presetSentimentTiny is the same with narrow encoders, for a minute on a CPU.
func presetSentimentTiny(c *Config) {
	presetSentiment(c)
	dropout := map[string]any{"embed": .1}
	transformers(c, 16, 2, 2, dropout)
	c.Fusion = Choice{"kind": "transformer", "layers": 1, "heads": 2, "pool": "mean", "dropout": dropout}
	c.Classifier = Choice{"kind": "transformer", "layers": 1, "heads": 2, "dropout": dropout}
	c.Options = guarded()
	c.Options["cggm"]["rho"], c.Options["cggm"]["lambda"] = 1.3, .2
	c.Optimizer.Rate, c.Optimizer.Schedule = 3e-3, Choice{"kind": "cosine"}
	c.Auxiliary.Rate = 3e-3
	c.Train.Batch, c.Train.Epochs = 32, 20
}

// transformers gives every modality of sentiment the same encoder.
func transformers(c *Config, width, layers, heads int, dropout map[string]any) {
	c.Modalities = map[string]Modality{}
	for _, name := range mosi.Modalities {
		c.Modalities[name] = Modality{Choice{"kind": "transformer", "width": width, "layers": layers, "heads": heads, "dropout": dropout}}
	}
}

func sentimentTask(name, title string, corpus mosi.Corpus, generate bool, preset func(*Config)) TaskInfo {
	return TaskInfo{
		Name: name, Title: title, Modalities: "text, audio, vision", Kind: objective.Regression, NeedsDir: !generate, preset: preset,
		open: func(c *Config) (task.Opener, error) { return openSentiment(c, corpus, generate) },
	}
}
