package synthetic

import (
	"errors"
	"fmt"
	"slices"

	"cggm/objective"
)

// Config describes generated data. See the package comment for the meaning of
// the shares.
type Config struct {
	// Task is the kind of prediction problem.
	Task objective.Task `yaml:"task"`
	// Outputs is the number of classes, labels or regression targets.
	Outputs int `yaml:"outputs"`
	// Redundant is the share of the scores' variance, in [0,1], that every
	// modality sees.
	Redundant float64 `yaml:"redundant"`
	// Synergistic is the share that only the modalities of Between together
	// determine.
	Synergistic float64 `yaml:"synergistic"`
	// Between names the modalities of the synergistic part; empty: the first
	// two.
	Between []string `yaml:"between,omitempty"`
	// Modalities are the inputs, 1 to 8.
	Modalities []Modality `yaml:"modalities"`
	// Height and Width are the size of the maps of dense prediction, 0 for
	// the other tasks.
	Height int `yaml:"height,omitempty"`
	Width  int `yaml:"width,omitempty"`
	// Grain is the edge of the blobs in maps, in pixels: neighbours closer
	// than this resemble each other. 0 and 1 make pixels independent.
	Grain int `yaml:"grain,omitempty"`
	// Train, Val and Test are the numbers of samples.
	Train int `yaml:"train"`
	Val   int `yaml:"val"`
	Test  int `yaml:"test"`
}

// Modality describes one generated input.
type Modality struct {
	// Name of the input.
	Name string `yaml:"name"`
	// Width is the number of features per sample, step or pixel. It must hold
	// the parts that the modality sees (see Config.Parts), twice as many with
	// curvature, and one more with condition.
	Width int `yaml:"width"`
	// Length is the number of steps of a sequence; 0: a vector, or a map for
	// dense prediction.
	Length int `yaml:"length,omitempty"`
	// Ragged draws each sample's length from [(Length+1)/2, Length].
	Ragged bool `yaml:"ragged,omitempty"`
	// SNR is the power of the signal over the power of the noise, above 0.
	SNR float64 `yaml:"signal_to_noise"`
	// Unique is the share of the scores' variance that only this modality
	// sees.
	Unique float64 `yaml:"unique"`
	// Curvature, at least 0, is the amplitude of the quadratic term that
	// hides the signal from a linear model. 0: the modality is linear.
	Curvature float64 `yaml:"curvature,omitempty"`
	// Condition, at least 1, is the scale of the distractors over that of the
	// signal. 0 means 1.
	Condition float64 `yaml:"condition,omitempty"`
	// Missing is the rate, in [0,1), at which samples lack this modality. A
	// sample that would lack every modality keeps one, chosen at random.
	Missing float64 `yaml:"missing,omitempty"`
}

// Default returns four classes seen by a modality that learns fast and one
// that learns slowly and knows as much.
func Default() Config {
	return Config{
		Task: objective.Classification, Outputs: 4, Redundant: .2,
		Modalities: []Modality{
			{Name: "fast", Width: 32, SNR: 8, Unique: .4},
			{Name: "slow", Width: 32, SNR: 8, Unique: .4, Curvature: 1, Condition: 3},
		},
		Train: 2000, Val: 500, Test: 1000,
	}
}

// Limits on generated data: one modality of one split is at most maxValues
// numbers.
const (
	maxModalities = 8
	maxWidth      = 1024
	maxOutputs    = 1000
	maxValues     = 1 << 29
)

// Validate reports every setting that is out of range or contradicts another.
func (c Config) Validate() error {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("synthetic: "+format, args...))
	}
	least := map[objective.Task]int{
		objective.Classification: 2, objective.Dense: 2, objective.MultiLabel: 1, objective.Regression: 1,
	}
	if n, ok := least[c.Task]; !ok {
		fail("task %q: want classification, multilabel, regression or dense", c.Task)
	} else if c.Outputs < n || c.Outputs > maxOutputs {
		fail("outputs %d for %s: want %d to %d", c.Outputs, c.Task, n, maxOutputs)
	}
	if n := len(c.Modalities); n < 1 || n > maxModalities {
		fail("%d modalities: want 1 to %d", n, maxModalities)
	}
	total := c.Redundant + c.Synergistic
	for _, s := range []float64{c.Redundant, c.Synergistic} {
		if !(s >= 0 && s <= 1) {
			fail("share %v: want 0 to 1", s)
		}
	}
	for _, n := range []int{c.Train, c.Val, c.Test} {
		if n < 1 {
			fail("%d samples in a split: want at least 1 in train, val and test", n)
		}
	}
	if dense := c.Task == objective.Dense; dense && (c.Height < 1 || c.Width < 1) {
		fail("dense maps of %d x %d pixels: give height and width", c.Height, c.Width)
	} else if !dense && (c.Height != 0 || c.Width != 0 || c.Grain != 0) {
		fail("height, width and grain belong to dense prediction: leave them out for %s", c.Task)
	}
	if c.Grain < 0 || c.Grain > max(1, c.Height) || c.Grain > max(1, c.Width) {
		fail("grain %d: want 0 to the size of the map", c.Grain)
	}
	if err := c.checkBetween(); err != nil {
		errs = append(errs, err)
	}
	seen := make(map[string]bool)
	for i, m := range c.Modalities {
		total += m.Unique
		if m.Name == "" || seen[m.Name] {
			fail("modality %d: name %q is empty or used twice", i, m.Name)
		}
		seen[m.Name] = true
		if err := c.checkModality(i); err != nil {
			errs = append(errs, err)
		}
	}
	if total > 1+1e-9 {
		fail("redundant, synergistic and unique shares add up to %.4g: want at most 1, the rest is label noise", total)
	}
	return errors.Join(errs...)
}

func (c Config) checkBetween() error {
	if c.Synergistic == 0 {
		if len(c.Between) > 0 {
			return fmt.Errorf("synthetic: between %q without a synergistic share: set synergistic or leave between out", c.Between)
		}
		return nil
	}
	if len(c.Modalities) < 2 || len(c.Between) == 1 {
		return fmt.Errorf("synthetic: synergistic share %v between fewer than two modalities", c.Synergistic)
	}
	for i, name := range c.Between {
		if !slices.ContainsFunc(c.Modalities, func(m Modality) bool { return m.Name == name }) ||
			slices.Contains(c.Between[:i], name) {
			return fmt.Errorf("synthetic: between names %q, which is no modality or named twice", name)
		}
	}
	return nil
}

func (c Config) checkModality(i int) error {
	m := c.Modalities[i]
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("synthetic: modality %q: "+format, append([]any{m.Name}, args...)...))
	}
	need := c.Parts(i)
	switch {
	case m.Curvature > 0:
		need *= 2
	case m.Condition > 1:
		need++
	}
	need = max(1, need)
	if m.Width < need || m.Width > maxWidth {
		fail("width %d: want %d to %d for the %d parts that it sees", m.Width, need, maxWidth, c.Parts(i))
	}
	if m.Length < 0 || (m.Length > 0 && c.Task == objective.Dense) {
		fail("length %d: want 0 for a vector, more for a sequence, and 0 for dense prediction", m.Length)
	}
	if m.Ragged && m.Length == 0 {
		fail("ragged needs a length")
	}
	if !(m.SNR > 0) {
		fail("signal_to_noise %v: want above 0", m.SNR)
	}
	if !(m.Unique >= 0 && m.Unique <= 1) {
		fail("unique share %v: want 0 to 1", m.Unique)
	}
	if !(m.Curvature >= 0 && m.Curvature <= 1e3) {
		fail("curvature %v: want 0 to 1000", m.Curvature)
	}
	if !(m.Condition == 0 || (m.Condition >= 1 && m.Condition <= 1e4)) {
		fail("condition %v: want 1 to 10000", m.Condition)
	}
	if !(m.Missing >= 0 && m.Missing < 1) {
		fail("missing rate %v: want 0 to below 1", m.Missing)
	}
	for _, rows := range []int{c.Train, c.Val, c.Test} {
		if v := float64(rows) * float64(c.positions()) * float64(max(1, m.Length)) * float64(m.Width); v > maxValues {
			fail("%.3g values in one split: want at most %d", v, maxValues)
			break
		}
	}
	return errors.Join(errs...)
}

// Parts returns how many signal features modality i sees: Outputs for the
// redundant part, as many for its unique part, and twice as many for its
// share of the synergistic part.
func (c Config) Parts(i int) int {
	n := 0
	if c.Redundant > 0 {
		n += c.Outputs
	}
	if c.Modalities[i].Unique > 0 {
		n += c.Outputs
	}
	if slices.Contains(c.between(), i) {
		n += 2 * c.Outputs
	}
	return n
}

// between returns the indices of the modalities of the synergistic part.
func (c Config) between() []int {
	if c.Synergistic == 0 {
		return nil
	}
	if len(c.Between) == 0 {
		return []int{0, 1}
	}
	var out []int
	for i, m := range c.Modalities {
		if slices.Contains(c.Between, m.Name) {
			out = append(out, i)
		}
	}
	return out
}

// positions is the number of places of a sample that have a label.
func (c Config) positions() int {
	if c.Task == objective.Dense {
		return c.Height * c.Width
	}
	return 1
}
