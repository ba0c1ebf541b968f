package synthetic

import (
	"context"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"cggm/objective"
	"cggm/task"
)

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Config)
		want   string // part of the error; "": valid
	}{
		{"default", func(*Config) {}, ""},
		{"task", func(c *Config) { c.Task = "ranking" }, `task "ranking": want classification`},
		{"outputs", func(c *Config) { c.Outputs = 1 }, "outputs 1 for classification: want 2"},
		{"no modality", func(c *Config) { c.Modalities = nil }, "0 modalities: want 1 to 8"},
		{"names", func(c *Config) { c.Modalities[1].Name = "fast" }, `name "fast" is empty or used twice`},
		{"shares", func(c *Config) { c.Redundant = .5 }, "add up to 1.3"},
		{"negative", func(c *Config) { c.Redundant = -.5 }, "share -0.5: want 0 to 1"},
		{"sizes", func(c *Config) { c.Val = 0 }, "0 samples in a split"},
		{"map", func(c *Config) { c.Task = objective.Dense }, "give height and width"},
		{"no map", func(c *Config) { c.Height = 3 }, "belong to dense"},
		{"grain", func(c *Config) { c.Task, c.Height, c.Width, c.Grain = objective.Dense, 4, 4, 5 }, "grain 5"},
		{"between", func(c *Config) { c.Between = []string{"fast", "slow"} }, "without a synergistic share"},
		{"between who", func(c *Config) { c.Synergistic, c.Redundant, c.Between = .2, 0, []string{"fast", "x"} }, `names "x"`},
		{"alone", func(c *Config) { c.Modalities, c.Synergistic = c.Modalities[:1], .1 }, "fewer than two"},
		{"width", func(c *Config) { c.Modalities[1].Width = 15 }, `modality "slow": width 15: want 16`},
		{"noise", func(c *Config) { c.Modalities[0].SNR = 0 }, "signal_to_noise 0: want above 0"},
		{"curvature", func(c *Config) { c.Modalities[0].Curvature = -1 }, "curvature -1"},
		{"condition", func(c *Config) { c.Modalities[0].Condition = .5 }, "condition 0.5"},
		{"missing", func(c *Config) { c.Modalities[0].Missing = 1 }, "missing rate 1"},
		{"ragged", func(c *Config) { c.Modalities[0].Ragged = true }, "ragged needs a length"},
		{"huge", func(c *Config) { c.Train = 1 << 40 }, "values in one split"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := Default()
			test.change(&c)
			err := c.Validate()
			switch {
			case test.want == "" && err != nil:
				t.Errorf("error %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestYAML(t *testing.T) {
	var c Config
	err := yaml.UnmarshalWithOptions([]byte(`
task: regression
outputs: 2
redundant: .5
synergistic: .25
between: [a, b]
modalities:
  - {name: a, width: 16, signal_to_noise: 4}
  - {name: b, width: 32, signal_to_noise: 1, curvature: .5, length: 3, ragged: true, missing: .1}
train: 10
val: 5
test: 5
`), &c, yaml.Strict())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	if c.Modalities[1].Curvature != .5 || c.Between[1] != "b" || c.Parts(1) != 6 {
		t.Errorf("read as %+v", c)
	}
}

func TestDoctor(t *testing.T) {
	c := Default()
	c.Modalities[1].Length, c.Modalities[1].Ragged, c.Modalities[1].Missing = 3, true, .2
	c.Train, c.Val, c.Test = 100, 50, 50
	r, err := Task{c}.Doctor(context.Background(), task.Options{Seed: 4})
	if err != nil || r.Count(task.SeverityError)+r.Count(task.SeverityWarning) > 0 || r.Count(task.SeverityInfo) < 9 {
		t.Errorf("error %v, findings\n%v", err, r)
	}
	c.Val = 0
	r, err = Task{c}.Doctor(context.Background(), task.Options{})
	if err != nil || r.Count(task.SeverityError) != 1 {
		t.Errorf("error %v, findings\n%v", err, r)
	}
}
