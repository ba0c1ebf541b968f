package experiment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cggm/augment"
	"cggm/balance"
	"cggm/config"
	"cggm/encoder"
	"cggm/network"
	"cggm/objective"
	"cggm/optim"
	"cggm/sample"
	"cggm/task"
	"cggm/trainer"
)

// selectModalities restricts open data to the configured modalities.
func selectModalities(c *Config, d *task.Data) error {
	if len(c.Only) == 0 {
		return nil
	}
	layouts := d.Train.Inputs()
	var names []string
	for _, l := range layouts {
		names = append(names, l.Name)
	}
	var picked []int
	for _, name := range c.Only {
		i := slices.Index(names, name)
		if i < 0 {
			return usage(fmt.Errorf("experiment: only: no modality %q%s: the data has %s",
				name, config.Suggest(name, names), strings.Join(names, ", ")))
		}
		picked = append(picked, i)
	}
	for _, source := range []*sample.Source{&d.Train, &d.Val, &d.Test} {
		*source = sample.Selected(*source, picked)
	}
	if len(d.Vocabulary) > 0 {
		var sizes []int
		for _, i := range picked {
			sizes = append(sizes, d.Vocabulary[i])
		}
		d.Vocabulary = sizes
	}
	return nil
}

// model builds the network for the data.
func model(c *Config, d *task.Data) (*network.Model, error) {
	m := &network.Model{Unimodal: network.Unimodal(c.Unimodal)}
	var names []string
	for i, layout := range d.Train.Inputs() {
		names = append(names, layout.Name)
		vocabulary := 0
		if len(d.Vocabulary) > 0 {
			vocabulary = d.Vocabulary[i]
		}
		choice := c.Modalities[layout.Name].Encoder
		if choice.Kind() == "" {
			choice = fitting(layout, d.Task)
		}
		enc, err := check(encoders.build("modalities."+layout.Name+".encoder", choice))
		if err != nil {
			return nil, err
		}
		switch e := enc.(type) {
		case *encoder.Embedding:
			e.Vocabulary = cmp.Or(e.Vocabulary, vocabulary)
		case *encoder.Transformer:
			e.Vocabulary = cmp.Or(e.Vocabulary, vocabulary)
		}
		m.Modalities = append(m.Modalities, network.Modality{Name: layout.Name, Encoder: enc})
	}
	for name := range c.Modalities {
		if !slices.Contains(names, name) && len(c.Only) == 0 {
			return nil, usage(fmt.Errorf("experiment: modalities: no modality %q%s: the data has %s",
				name, config.Suggest(name, names), strings.Join(names, ", ")))
		}
	}
	var err error
	outputs := d.Outputs
	fusionChoice, headChoice, classifierChoice := mapped(c, d)
	if m.Fusion, err = check(fusions.build("fusion", fusionChoice)); err != nil {
		return nil, err
	}
	if m.Head, err = check(heads(outputs).build("head", headChoice)); err != nil {
		return nil, err
	}
	if m.Classifier, err = check(classifiers(outputs).build("classifier", classifierChoice)); err != nil {
		return nil, err
	}
	if d.Task == objective.Dense {
		extend(m, d.Train.Label())
	}
	return m, usage(m.Validate())
}

// fitting returns an encoder for data of the given layout.
func fitting(l sample.Layout, kind objective.Task) Choice {
	switch {
	case len(l.Dims) == 3 && kind == objective.Dense:
		return Choice{"kind": "conv2d", "dense": true, "pool": 1, "batch_norm": true}
	case l.Kind == sample.Int:
		return Choice{"kind": "embedding"}
	case len(l.Dims) == 3:
		return Choice{"kind": "conv2d"}
	case len(l.Dims) == 2:
		return Choice{"kind": "transformer", "layers": 2}
	default:
		return Choice{"kind": "mlp"}
	}
}

// method builds the balancing method with its settings.
func method(c *Config) (balance.Method, error) {
	parts := balance.Split(c.Method)
	for name := range c.Options {
		if _, err := balance.Find(name); err != nil {
			return nil, usage(fmt.Errorf("experiment: options: %w", err))
		}
	}
	m, err := balance.New(c.Method, func(part string, settings balance.Method) error {
		if err := config.Apply("options."+part, c.Options[part], settings); err != nil {
			return err
		}
		if v, ok := settings.(balance.Validator); ok {
			return v.Validate()
		}
		return nil
	})
	if err != nil {
		return nil, usage(fmt.Errorf("experiment: method %s: %w", strings.Join(parts, "+"), err))
	}
	return m, nil
}

// setup assembles everything that training needs but the engine.
func setup(c *Config, d *task.Data) (*trainer.Setup, error) {
	if err := selectModalities(c, d); err != nil {
		return nil, err
	}
	s := &trainer.Setup{Task: d.Task, Data: d.Splits, Options: c.Train}
	var err error
	if c.Augment.Active() {
		if s.Data.Train, err = augment.NewSource(d.Train, c.Augment); err != nil {
			return nil, usage(err)
		}
	}
	if s.Model, err = model(c, d); err != nil {
		return nil, err
	}
	if s.Method, err = method(c); err != nil {
		return nil, err
	}
	if s.Loss, s.Signal, err = goals(c, d.Task); err != nil {
		return nil, err
	}
	if s.Score, err = newScorer(d.Task, d.Scores, d.Outputs, c.Score); err != nil {
		return nil, err
	}
	if s.Main, err = recipe("optimizer", c.Optimizer, c.Train.Epochs); err != nil {
		return nil, err
	}
	if s.Auxiliary, err = recipe("auxiliary", c.Auxiliary, c.Train.Epochs); err != nil {
		return nil, err
	}
	if s.Rates, err = rates(c, s.Model); err != nil {
		return nil, err
	}
	return s, nil
}

func goals(c *Config, kind objective.Task) (objective.Loss, objective.Signal, error) {
	lossChoice, signalChoice := c.Loss, c.Signal
	if lossChoice.Kind() == "" {
		lossChoice = Choice{"kind": usual[kind].loss}
	}
	if signalChoice.Kind() == "" {
		signalChoice = Choice{"kind": usual[kind].signal}
	}
	loss, err := check(losses.build("loss", lossChoice))
	if err != nil {
		return nil, nil, err
	}
	if signalChoice.Kind() == NegativeLossSignal {
		return loss, objective.NegativeLoss{Of: loss}, nil
	}
	signal, err := check(signals.build("signal", signalChoice))
	return loss, signal, err
}

func recipe(where string, o Optimizer, epochs int) (trainer.Recipe, error) {
	r := trainer.Recipe{Decay: o.Decay}
	choice := Choice{"kind": o.Kind}
	for key, v := range o.Settings {
		choice[key] = v
	}
	var err error
	if r.Optimizer, err = check(optimizers.build(where, choice)); err != nil {
		return r, err
	}
	plain, warm := Choice{}, optim.Warmup{}
	for key, v := range o.Schedule {
		switch key {
		case "warmup":
			err = config.Apply(where+".schedule", map[string]any{"epochs": v}, &warm)
		case "warmup_rate":
			err = config.Apply(where+".schedule", map[string]any{"start": v}, &warm)
		default:
			plain[key] = v
		}
		if err != nil {
			return r, usage(err)
		}
	}
	if warm.Epochs < 0 || warm.Epochs > epochs {
		return r, usage(fmt.Errorf("experiment: %s.schedule: warmup %d: must be in [0,%d]", where, warm.Epochs, epochs))
	}
	if r.Schedule, err = check(schedules(o.Rate, epochs-warm.Epochs).build(where+".schedule", plain)); err != nil {
		return r, err
	}
	if warm.Epochs > 0 {
		warm.After = r.Schedule
		r.Schedule = &warm
	}
	return r, nil
}

// rates translates group names with modalities into group names with indices.
func rates(c *Config, m *network.Model) (map[string]float64, error) {
	known := []string{"fusion", "head"}
	index := map[string]string{"fusion": "fusion", "head": "head"}
	for i, name := range m.Names() {
		for _, kind := range []string{"stem", "encoder", "auxiliary"} {
			known = append(known, kind+"/"+name)
			index[kind+"/"+name] = fmt.Sprintf("%s/%d", kind, i)
		}
	}
	out := make(map[string]float64)
	for name, factor := range c.Rates {
		group, ok := index[name]
		if !ok {
			return nil, usage(fmt.Errorf("experiment: rates: no group %q%s: choose from %s",
				name, config.Suggest(name, known), strings.Join(known, ", ")))
		}
		if factor < 0 {
			return nil, usage(fmt.Errorf("experiment: rates: %g for %s: must not be negative", factor, name))
		}
		out[group] = factor
	}
	return out, nil
}
