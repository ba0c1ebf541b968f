package experiment

import (
	"cggm/balance"
	"cggm/classifier"
	"cggm/encoder"
	"cggm/fusion"
	"cggm/head"
	"cggm/network"
	"cggm/objective"
	"cggm/optim"
)

var encoders = kinds[encoder.Encoder]{"encoder", map[string]func() encoder.Encoder{
	"mlp":         func() encoder.Encoder { return &encoder.MLP{} },
	"linear":      func() encoder.Encoder { return &encoder.Linear{} },
	"conv1d":      func() encoder.Encoder { return &encoder.Conv1D{} },
	"conv2d":      func() encoder.Encoder { return &encoder.Conv2D{} },
	"embedding":   func() encoder.Encoder { return &encoder.Embedding{} },
	"transformer": func() encoder.Encoder { return &encoder.Transformer{} },
	"resnet":      func() encoder.Encoder { return &encoder.ResNet{} },
	"deeplab":     func() encoder.Encoder { return encoder.DefaultDeepLab() },
}}

var fusions = kinds[fusion.Fusion]{"fusion", map[string]func() fusion.Fusion{
	"concat":      func() fusion.Fusion { return &fusion.Concat{} },
	"sum":         func() fusion.Fusion { return &fusion.Sum{} },
	"gated":       func() fusion.Fusion { return &fusion.Gated{} },
	"film":        func() fusion.Fusion { return &fusion.FiLM{} },
	"transformer": func() fusion.Fusion { return &fusion.Transformer{} },
	"decoder":     func() fusion.Fusion { return fusion.DefaultDecoder() },
}}

func heads(outputs int) kinds[head.Head] {
	return kinds[head.Head]{"head", map[string]func() head.Head{
		"linear":   func() head.Head { return &head.Linear{Size: outputs} },
		"residual": func() head.Head { return &head.Residual{Size: outputs} },
		"dense":    func() head.Head { return &head.Dense{Size: outputs} },
	}}
}

func classifiers(outputs int) kinds[network.Classifier] {
	return kinds[network.Classifier]{"classifier", map[string]func() network.Classifier{
		"mlp":         func() network.Classifier { return &classifier.MLP{Size: outputs} },
		"transformer": func() network.Classifier { return &classifier.Transformer{Size: outputs} },
		"conv":        func() network.Classifier { return &classifier.Conv{Size: outputs} },
		"decoder": func() network.Classifier {
			d := classifier.DefaultDecoder()
			d.Size = outputs
			return d
		},
	}}
}

var losses = kinds[objective.Loss]{"loss", map[string]func() objective.Loss{
	"cross-entropy":        func() objective.Loss { return &objective.CrossEntropy{} },
	"binary-cross-entropy": func() objective.Loss { return &objective.BinaryCrossEntropy{} },
	"l1":                   func() objective.Loss { return &objective.L1{} },
	"mse":                  func() objective.Loss { return &objective.MSE{} },
	"huber":                func() objective.Loss { return objective.DefaultHuber() },
	"dice-ce":              func() objective.Loss { return objective.DefaultDiceCE() },
}}

var signals = kinds[objective.Signal]{"signal", map[string]func() objective.Signal{
	"accuracy":       func() objective.Signal { return &objective.Accuracy{} },
	"sign-accuracy":  func() objective.Signal { return &objective.SignAccuracy{} },
	"label-accuracy": func() objective.Signal { return &objective.LabelAccuracy{} },
	"mean-dice":      func() objective.Signal { return &objective.MeanDice{} },
	"brats-dice":     func() objective.Signal { return &objective.BraTSDice{} },
}}

// NegativeLossSignal names the signal that is the loss with its sign changed.
const NegativeLossSignal = "negative-loss"

// usual names the loss and the signal that fit each kind of problem.
var usual = map[objective.Task]struct{ loss, signal string }{
	objective.Classification: {"cross-entropy", "accuracy"},
	objective.MultiLabel:     {"binary-cross-entropy", "label-accuracy"},
	objective.Regression:     {"l1", NegativeLossSignal},
	objective.Dense:          {"dice-ce", "mean-dice"},
}

var optimizers = kinds[optim.Optimizer]{"optimizer", map[string]func() optim.Optimizer{
	"sgd":      func() optim.Optimizer { return &optim.SGD{} },
	"momentum": func() optim.Optimizer { return &optim.SGD{Momentum: .9} },
	"nesterov": func() optim.Optimizer { return &optim.SGD{Momentum: .9, Nesterov: true} },
	"adam":     func() optim.Optimizer { return optim.DefaultAdam() },
	"adamw":    func() optim.Optimizer { return optim.DefaultAdamW() },
	"rmsprop":  func() optim.Optimizer { return optim.DefaultRMSProp() },
}}

func schedules(rate float64, epochs int) kinds[optim.Schedule] {
	return kinds[optim.Schedule]{"schedule", map[string]func() optim.Schedule{
		"constant": func() optim.Schedule { return optim.NewConstant(rate) },
		"step":     func() optim.Schedule { return &optim.Step{Base: rate, Every: max(epochs/3, 1), Factor: .1} },
		"cosine":   func() optim.Schedule { return &optim.Cosine{Base: rate, Epochs: epochs} },
		"plateau": func() optim.Schedule {
			p := optim.DefaultPlateau()
			p.Base = rate
			return p
		},
	}}
}

// check validates settings that have ranges.
func check[T any](v T, err error) (T, error) {
	if err != nil {
		return v, usage(err)
	}
	if ranged, ok := any(v).(balance.Validator); ok {
		return v, usage(ranged.Validate())
	}
	return v, nil
}
