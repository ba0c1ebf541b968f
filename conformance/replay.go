package conformance

import (
	"context"
	"fmt"
	"math"
	"strings"

	"cggm/backend"
	"cggm/balance"
	"cggm/objective"
	"cggm/optim"
	"cggm/sample"
	"cggm/trainer"
)

// Tolerances of the comparison in float32: quantities agree within Absolute +
// Relative times the recorded value. Of the final parameters, Share must lie
// within Absolute, and none further off than twice the learning rate.
const (
	Absolute = 1e-4
	Relative = 1e-3
	Share    = .999
)

// Report is the outcome of replaying one trace.
type Report struct {
	File string
	Mode string
	Rows []Row
	OK   bool
}

// Row compares one quantity over all steps.
type Row struct {
	Quantity string
	// MaxAbs and MaxRel are the largest differences, Step where MaxAbs was.
	MaxAbs, MaxRel float64
	Step           int
	OK             bool
}

// Replay trains the recorded model on the recorded batches from the recorded
// start and compares every recorded quantity.
func Replay(ctx context.Context, path string) (*Report, error) {
	t, err := openTrace(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.file.Close() }()
	first, err := t.batch(0)
	if err != nil {
		return nil, err
	}
	tr, err := t.trainer(first)
	if err != nil {
		return nil, err
	}
	if err := t.start(tr); err != nil {
		return nil, err
	}
	r := &replay{trace: t, report: &Report{File: path, Mode: t.Mode, OK: true}}
	for step := range t.Steps {
		if err := r.step(ctx, tr, step); err != nil {
			return nil, err
		}
	}
	if err := r.end(tr); err != nil {
		return nil, err
	}
	return r.report, nil
}

// trainer returns a training of the recorded model.
func (t *trace) trainer(first *sample.Set) (*trainer.Trainer, error) {
	b, err := backend.Open()
	if err != nil {
		return nil, err
	}
	name := "cggm"
	var method balance.Method = &balance.Joint{}
	switch t.Mode {
	case "none":
		name = "joint"
	case "paper", "reference":
		c := balance.DefaultCGGM()
		c.Variant, c.Rho, c.Lambda = t.Mode, t.Rho, t.Lambda
		method = c
	default:
		return nil, fmt.Errorf("conformance: mode %q: known are none, reference and paper", t.Mode)
	}
	o := trainer.DefaultOptions()
	o.Batch, o.Epochs, o.Clip = t.Batch, 1, t.Clip
	s := trainer.Setup{
		Backend: b, Model: t.Model(), Method: method, Options: o,
		Data: sample.Splits{Train: first, Val: first}, Score: noScore{},
		Main:      trainer.Recipe{Optimizer: optim.DefaultAdam(), Schedule: optim.NewConstant(t.Rate)},
		Auxiliary: trainer.Recipe{Optimizer: optim.DefaultAdam(), Schedule: optim.NewConstant(t.ClassifierRate)},
	}
	switch t.Loss {
	case "l1":
		s.Task, s.Loss, s.Signal = objective.Regression, objective.L1{}, objective.SignAccuracy{}
	case "cross_entropy":
		s.Task, s.Loss, s.Signal = objective.Classification, objective.CrossEntropy{}, objective.Accuracy{}
	default:
		return nil, fmt.Errorf("conformance: loss %q: known are l1 and cross_entropy", t.Loss)
	}
	return trainer.New(name, s)
}

// noScore leaves predictions unscored.
type noScore struct{}

func (noScore) Score([]float32, *sample.Column) (map[string]float64, error) { return nil, nil }
func (noScore) Primary() (string, bool)                                     { return "", true }

// start puts the recorded initial parameters in place.
func (t *trace) start(tr *trainer.Trainer) error {
	missing := make(map[string]bool)
	for _, spec := range tr.Parameters() {
		if !spec.Fixed {
			missing[spec.Name] = true
		}
	}
	err := t.parameters("init/", func(name string, values []float32) error {
		if !missing[name] {
			return nil // a classifier, which joint training does not have
		}
		delete(missing, name)
		return tr.State().Set(name, values)
	})
	if err != nil {
		return err
	}
	for name := range missing {
		return fmt.Errorf("conformance: the trace has no initial value for %q", name)
	}
	return nil
}

// parameters calls visit with every recorded parameter under the prefix.
func (t *trace) parameters(prefix string, visit func(name string, values []float32) error) error {
	for _, full := range t.names {
		recorded, ok := strings.CutPrefix(full, prefix)
		if !ok {
			continue
		}
		name, layout, err := Parameter(recorded)
		if err != nil {
			return err
		}
		a, err := t.array(full)
		if err != nil {
			return err
		}
		values, err := a.Float32()
		if err != nil {
			return err
		}
		if values, _, err = layout.Convert(values, a.Shape); err != nil {
			return fmt.Errorf("%w (in %s)", err, full)
		}
		if err := visit(name, values); err != nil {
			return err
		}
	}
	return nil
}

type replay struct {
	trace  *trace
	report *Report
}

// step compares one step: predictions before the update, then what the update
// reports.
func (r *replay) step(ctx context.Context, tr *trainer.Trainer, step int) error {
	set, err := r.trace.batch(step)
	if err != nil {
		return err
	}
	p, err := tr.Predict(ctx, set)
	if err != nil {
		return err
	}
	if err := r.compare("pred", step, p.Logits[0]); err != nil {
		return err
	}
	indices := make([]int, set.Len())
	for i := range indices {
		indices[i] = i
	}
	b, err := set.Read(ctx, indices, sample.Draw{})
	if err != nil {
		return err
	}
	got, err := tr.Step(b)
	if err != nil {
		return err
	}
	scalar := func(name string) []float32 { return []float32{float32(got[name])} }
	vector := func(name string) []float32 {
		var out []float32
		for i := range r.trace.Widths {
			out = append(out, float32(got[fmt.Sprintf("%s/x%d", name, i)]))
		}
		return out
	}
	quantities := map[string][]float32{"task_loss": scalar("loss"), "grad_norm": scalar("grad_norm")}
	for i := range r.trace.Widths {
		quantities[fmt.Sprintf("encoder_grad_norm%d", i)] = scalar(fmt.Sprintf("grad_norm/encoder/x%d", i))
	}
	if r.trace.Mode != "none" {
		for i, logits := range p.Logits[1:] {
			quantities[fmt.Sprintf("classifier_pred%d", i)] = logits
		}
		for _, name := range []string{"epsilon", "delta", "coefficient", "cos"} {
			quantities[name] = vector(name)
		}
		quantities["l_gm"], quantities["classifier_loss"] = scalar("l_gm"), scalar("classifier_loss")
	}
	for _, name := range sortedNames(quantities) {
		if err := r.compare(name, step, quantities[name]); err != nil {
			return err
		}
	}
	return nil
}

// compare adds one quantity of one step to the report; quantities that the
// trace does not record are left out.
func (r *replay) compare(quantity string, step int, got []float32) error {
	name := fmt.Sprintf("step%d/%s", step, quantity)
	if !r.trace.has(name) {
		return nil
	}
	want, err := r.trace.floats(name)
	if err != nil {
		return err
	}
	if len(got) != len(want) {
		return fmt.Errorf("conformance: %s: %d values, the trace has %d", name, len(got), len(want))
	}
	row := Row{Quantity: quantity, Step: step, OK: true}
	for i := range want {
		off := math.Abs(float64(got[i]) - float64(want[i]))
		size := math.Abs(float64(want[i]))
		row.MaxAbs = worst(row.MaxAbs, off)
		if size > 0 {
			row.MaxRel = worst(row.MaxRel, off/size)
		}
		row.OK = row.OK && off <= Absolute+Relative*size
	}
	r.add(row)
	return nil
}

// end compares the final parameters, model and classifiers apart.
func (r *replay) end(tr *trainer.Trainer) error {
	rows := map[string]*Row{
		"final/model":      {Quantity: "final/model", Step: r.trace.Steps - 1, OK: true},
		"final/classifier": {Quantity: "final/classifier", Step: r.trace.Steps - 1, OK: true},
	}
	near, all := make(map[string]int), make(map[string]int)
	err := r.trace.parameters("final/", func(name string, want []float32) error {
		kind, rate := "final/model", r.trace.Rate
		if strings.HasPrefix(name, "auxiliary/") {
			if kind, rate = "final/classifier", r.trace.ClassifierRate; r.trace.Mode == "none" {
				return nil
			}
		}
		got, err := tr.State().Get(name)
		if err != nil {
			return err
		}
		row := rows[kind]
		for i := range want {
			off := math.Abs(float64(got[i]) - float64(want[i]))
			row.MaxAbs = worst(row.MaxAbs, off)
			if size := math.Abs(float64(want[i])); size > 0 {
				row.MaxRel = worst(row.MaxRel, off/size)
			}
			row.OK = row.OK && off <= 2*rate
			if all[kind]++; off <= Absolute {
				near[kind]++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, kind := range []string{"final/model", "final/classifier"} {
		if all[kind] == 0 {
			continue
		}
		rows[kind].OK = rows[kind].OK && float64(near[kind]) >= Share*float64(all[kind])
		r.add(*rows[kind])
	}
	return nil
}

// add merges a row into the report.
func (r *replay) add(row Row) {
	r.report.OK = r.report.OK && row.OK
	for i := range r.report.Rows {
		old := &r.report.Rows[i]
		if old.Quantity != row.Quantity {
			continue
		}
		if row.MaxAbs > old.MaxAbs || math.IsNaN(row.MaxAbs) {
			old.MaxAbs, old.Step = row.MaxAbs, row.Step
		}
		old.MaxRel = worst(old.MaxRel, row.MaxRel)
		old.OK = old.OK && row.OK
		return
	}
	r.report.Rows = append(r.report.Rows, row)
}

// worst is the larger of two differences; NaN is worse than anything.
func worst(a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	return math.Max(a, b)
}
