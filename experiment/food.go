package experiment

import (
	"cggm/config"
	"cggm/objective"
	"cggm/task"
	"cggm/task/food101"
)

// openFood returns what opens dishes with the configured settings.
func openFood(c *Config, small bool) (task.Opener, error) {
	settings := food101.Default()
	if err := config.Apply("data.settings", c.Data.Settings, &settings); err != nil {
		return nil, usage(err)
	}
	if err := settings.Validate(); err != nil {
		return nil, usage(err)
	}
	return food101.Task{Config: settings, Engine: engine, Small: small}, nil
}

// presetFood is the CGGM paper's setting for UPMC Food-101: transformers on
// the features of frozen networks. Rates of dropout are those of the published
// code.
func presetFood(c *Config) {
	c.Data.Settings = map[string]any{
		"length": 50, "views": 4,
		"augment": map[string]any{
			"flip": .5, "brightness": .4, "contrast": .4, "saturation": .4, "hue": .1, "jitter": .8, "grayscale": .2, "blur": 1.,
		},
	}
	dropout := map[string]any{"attention": .2, "relu": .15, "embed": .2, "residual": .15}
	encoder := Choice{"kind": "transformer", "width": 40, "layers": 4, "heads": 5, "dropout": dropout}
	c.Modalities = map[string]Modality{"image": {encoder}, "text": {encoder}}
	c.Fusion = Choice{"kind": "transformer", "layers": 2, "heads": 5, "pool": "first", "dropout": dropout}
	c.Head = Choice{"kind": "residual", "dropout": .1}
	c.Classifier = Choice{"kind": "transformer", "layers": 2, "heads": 5, "dropout": dropout}
	c.Optimizer = Optimizer{
		Kind: "adamw", Rate: 1e-3, Decay: 6e-3,
		Schedule: Choice{"kind": "plateau", "patience": 10, "factor": .1},
	}
	c.Auxiliary = Optimizer{Kind: "adamw", Rate: 5e-4, Decay: 3e-3, Schedule: Choice{"kind": "constant"}}
	c.Options = map[string]map[string]any{"cggm": {"rho": 1.3, "lambda": .05}}
	c.Train.Batch, c.Train.Epochs, c.Train.Clip = 128, 60, .8
}

// presetFoodReference does what the published code does where it differs from
// the paper: its modulation, padding that counts as text, pictures in [0,1],
// and new ones every epoch. DEVIATION: its projection of texts stays apart from
// that of pictures, which the published code uses for both.
func presetFoodReference(c *Config) {
	presetFood(c)
	c.Options["cggm"]["variant"] = "reference"
	c.Data.Settings["lengths"], c.Data.Settings["standardize"], c.Data.Settings["views"] = food101.LengthsAll, false, 0
}

// presetFoodTiny trains convolutions on small pictures and word vectors of its
// own vocabulary, for a minute on a CPU.
func presetFoodTiny(c *Config) {
	c.Data.Settings = map[string]any{"length": 16, "side": 32, "words": 2000}
	c.Modalities = map[string]Modality{
		"image": {Choice{"kind": "conv2d", "channels": []int{8, 16, 32}, "width": 32, "batch_norm": true}},
		"text":  {Choice{"kind": "embedding", "width": 32, "embed": 16, "dropout": .2}},
	}
	c.Options = guarded()
	c.Options["cggm"]["lambda"] = .05
	c.Augment.Flip = .5
	c.Optimizer.Rate, c.Auxiliary.Rate = 3e-3, 3e-3
	c.Train.Epochs = 15
}

func foodTask(name, title string, small bool, preset func(*Config)) TaskInfo {
	return TaskInfo{
		Name: name, Title: title, Modalities: "image, text", Kind: objective.Classification, NeedsDir: !small, preset: preset,
		open: func(c *Config) (task.Opener, error) { return openFood(c, small) },
	}
}
