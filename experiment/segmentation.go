package experiment

import (
	"cggm/config"
	"cggm/objective"
	"cggm/task"
	"cggm/task/brats2021"
)

// openBraTS returns what opens brain scans with the configured settings.
func openBraTS(c *Config, generate bool) (task.Opener, error) {
	settings := brats2021.Default()
	if err := config.Apply("data.settings", c.Data.Settings, &settings); err != nil {
		return nil, usage(err)
	}
	if err := settings.Validate(); err != nil {
		return nil, usage(err)
	}
	return brats2021.Task{Config: settings, Generate: generate}, nil
}

// presetBraTS is the CGGM paper's setting for BraTS 2021: one DeepLab v3+ per
// modality on a ResNet-101, and a joint decoder.
func presetBraTS(c *Config) {
	c.Modalities = deepLabs(map[string]any{"depth": 101, "stride": 16, "rates": []int{1, 2, 4, 6}, "width": 256, "dropout": .5})
	c.Fusion = Choice{"kind": "decoder", "width": 256}
	c.Head = Choice{"kind": "dense"}
	c.Classifier = Choice{"kind": "decoder"}
	segment(c)
	c.Optimizer.Schedule = Choice{"kind": "cosine", "floor": 1e-3, "warmup": 10, "warmup_rate": 4e-4}
	c.Train.Batch, c.Train.Epochs = 64, 75
}

// presetBraTSReference does what the published code does where it differs from
// the paper: the direction term in its form, and gradients that are not
// modulated, since no parameter has one of the names that it looks for.
func presetBraTSReference(c *Config) {
	presetBraTS(c)
	c.Options["cggm"]["variant"], c.Options["cggm"]["magnitude"] = "reference", false
}

// presetBraTSTiny is the same with narrow encoders, for a minute on a CPU.
func presetBraTSTiny(c *Config) {
	c.Data.Settings = map[string]any{"crop": 32}
	c.Modalities = deepLabs(map[string]any{"depth": 18, "stride": 16, "channels": 8, "rates": []int{1, 2}, "width": 8, "dropout": .1})
	layers := map[string]any{"high": 8, "low": 8, "dropout": .1, "last_dropout": 0}
	c.Fusion = Choice{"kind": "decoder", "width": 16, "layers": layers}
	c.Head = Choice{"kind": "dense"}
	c.Classifier = Choice{"kind": "decoder", "layers": layers}
	segment(c)
	// A few dozen steps of the paper's SGD lead nowhere, and neither do its
	// unbounded coefficients in so few.
	c.Optimizer = Optimizer{Kind: "adam", Rate: 3e-3, Schedule: Choice{"kind": "cosine", "floor": 3e-4}}
	c.Options = guarded()
	c.Options["cggm"]["rho"], c.Options["cggm"]["lambda"] = 1.0, .1
	c.Train.Batch, c.Train.Epochs = 8, 10
}

// deepLabs gives every modality of brain scans an encoder with the settings.
func deepLabs(settings map[string]any) map[string]Modality {
	out := make(map[string]Modality)
	for _, name := range brats2021.Modalities {
		encoder := Choice{"kind": "deeplab"}
		for key, v := range settings {
			encoder[key] = v
		}
		out[name] = Modality{encoder}
	}
	return out
}

// segment sets what both sizes have in common.
func segment(c *Config) {
	c.Loss = Choice{"kind": "dice-ce", "entropy": .5, "overlap": .5, "classes": []float64{.2, .3, .25, .25}, "smooth": .01}
	c.Signal, c.Score = Choice{"kind": "brats-dice"}, "mean_dice"
	c.Optimizer = Optimizer{Kind: "momentum", Rate: .01, Decay: 3e-4}
	c.Auxiliary = Optimizer{Kind: "momentum", Rate: 6e-3, Decay: 3e-4, Schedule: Choice{"kind": "constant"}}
	c.Options = map[string]map[string]any{"cggm": {"rho": 1.0, "lambda": .1}}
	// The published code adds noise of a deviation up to 0.1 to one slice in
	// ten; this is its mean power.
	c.Augment.Turn, c.Augment.Flip, c.Augment.FlipVertical, c.Augment.Noise = true, .5, .5, .02
}

func braTSTask(name, title string, generate bool, preset func(*Config)) TaskInfo {
	return TaskInfo{
		Name: name, Title: title, Modalities: "t1, t1ce, t2, flair", Kind: objective.Dense, NeedsDir: !generate, preset: preset,
		open: func(c *Config) (task.Opener, error) { return openBraTS(c, generate) },
	}
}
