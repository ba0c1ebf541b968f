package experiment

import (
	"cggm/task/brats2021"
	"cggm/task/food101"
	"cggm/task/iemocap"
	"cggm/task/mosi"
	"cggm/task/synthetic"
)

// Alternatives is a setting that takes one of several kinds, or, for data, one
// of several tasks, each with settings of its own.
type Alternatives struct {
	// Setting is the path of the setting, as in "modalities.*.encoder".
	Setting string
	Kinds   []Kind
}

// Kind is one of the alternatives.
type Kind struct {
	Name string
	// Settings points to the struct of its settings with their defaults; nil:
	// it has none.
	Settings any
}

// Choices lists the settings that take one of several kinds.
func Choices() []Alternatives {
	return []Alternatives{
		alternatives("modalities.*.encoder", encoders),
		alternatives("fusion", fusions),
		alternatives("head", heads(1)),
		alternatives("classifier", classifiers(1)),
		alternatives("loss", losses),
		withLoss(alternatives("signal", signals)),
		alternatives("optimizer", optimizers),
		alternatives("optimizer.schedule", schedules(1, Default().Train.Epochs)),
	}
}

// DataSettings lists what data.settings holds, by task; the variants of a task
// have the same.
func DataSettings() []Kind {
	food, sentiment, emotion, tumour := food101.Default(), mosi.Default(), iemocap.Default(), brats2021.Default()
	return []Kind{{"food101", &food}, {"mosi, mosei", &sentiment}, {"iemocap", &emotion}, {"brats2021", &tumour}}
}

// SyntheticSettings returns what data.synthetic holds, with its defaults.
func SyntheticSettings() *synthetic.Config {
	c := synthetic.Default()
	return &c
}

func alternatives[T any](setting string, k kinds[T]) Alternatives {
	a := Alternatives{Setting: setting}
	for _, name := range k.names() {
		a.Kinds = append(a.Kinds, Kind{name, k.new[name]()})
	}
	return a
}

// withLoss adds the signal that is the loss.
func withLoss(a Alternatives) Alternatives {
	a.Kinds = append(a.Kinds, Kind{Name: NegativeLossSignal})
	return a
}
