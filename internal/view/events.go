package view

import (
	"encoding/json"
	"maps"
	"math"

	"cggm/experiment"
	"cggm/trainer"
)

// Events writes JSON, one object a line: "begin" and "epoch" events, and
// "result" events when there are several runs.
type Events struct {
	options Options
	run     int
}

// NewEvents returns a view that writes JSON lines.
func NewEvents(o Options) *Events { return &Events{options: o} }

var _ View = (*Events)(nil)

type beginEvent struct {
	Event      string   `json:"event"`
	Task       string   `json:"task"`
	Method     string   `json:"method"`
	Seed       uint64   `json:"seed"`
	Run        string   `json:"run"`
	Number     int      `json:"number"`
	Runs       int      `json:"runs"`
	Modalities []string `json:"modalities"`
	Train      int      `json:"train"`
	Val        int      `json:"val"`
	Test       int      `json:"test"`
	Parameters int      `json:"parameters"`
	Epochs     int      `json:"epochs"`
	Batches    int      `json:"batches_per_epoch"`
	Resumed    bool     `json:"resumed"`
	Engine     string   `json:"engine"`
	ValIsTest  bool     `json:"val_is_test,omitempty"`
	Warnings   []string `json:"warnings,omitempty"`
}

// Begin writes a "begin" event.
func (v *Events) Begin(b experiment.Beginning) {
	v.run++
	v.write(beginEvent{
		Event: "begin", Task: b.Task, Method: b.Method, Seed: b.Seed, Run: b.Run,
		Number: v.run, Runs: max(v.options.Runs, 1), Modalities: b.Modalities,
		Train: b.Train, Val: b.Val, Test: b.Test, Parameters: b.Parameters,
		Epochs: b.Epochs, Batches: b.BatchesEpoch, Resumed: b.Resumed, Engine: b.Backend,
		ValIsTest: v.options.ValIsTest, Warnings: b.Warnings,
	})
}

// Step does nothing.
func (v *Events) Step(trainer.StepEvent) {}

type epochEvent struct {
	Event        string             `json:"event"`
	Epoch        int                `json:"epoch"` // from 1
	Epochs       int                `json:"epochs"`
	Step         int                `json:"step"`
	Train        map[string]float64 `json:"train"`
	Val          *valEvent          `json:"val,omitempty"`
	Coefficients map[string]float64 `json:"coefficients,omitempty"`
	Best         bool               `json:"best"`
	ValIsTest    bool               `json:"val_is_test,omitempty"`
	Seconds      float64            `json:"seconds"`
}

type valEvent struct {
	Scores     map[string]float64 `json:"scores"`
	Modalities []modalityEvent    `json:"modalities"`
}

type modalityEvent struct {
	Name   string             `json:"name"`
	Scores map[string]float64 `json:"scores"`
}

// Epoch writes an "epoch" event.
func (v *Events) Epoch(e trainer.EpochEvent) {
	event := epochEvent{
		Event: "epoch", Epoch: e.Epoch + 1, Epochs: e.Epochs, Step: e.Step, Train: finite(e.Train),
		Coefficients: finite(coefficients(e.Train)), Best: e.Best, ValIsTest: v.options.ValIsTest, Seconds: e.Time.Seconds(),
	}
	if e.Val != nil {
		event.Val = &valEvent{Scores: finite(e.Val.Scores)}
		for _, m := range e.Val.Modalities {
			event.Val.Modalities = append(event.Val.Modalities, modalityEvent{m.Name, finite(m.Scores)})
		}
	}
	v.write(event)
}

// finite leaves out what JSON cannot hold.
func finite(values map[string]float64) map[string]float64 {
	out := maps.Clone(values)
	maps.DeleteFunc(out, func(_ string, v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	return out
}

// End writes a "result" event when there are several runs; the result of a
// single one is the command's last line.
func (v *Events) End(r *experiment.Result) {
	if v.options.Runs > 1 {
		v.write(struct {
			Event  string             `json:"event"`
			Result *experiment.Result `json:"result"`
		}{"result", r})
	}
}

// Close does nothing.
func (v *Events) Close() {}

func (v *Events) write(event any) {
	line, err := json.Marshal(event)
	if err != nil {
		// A result with a value that JSON cannot hold; the command itself
		// reports the same when it prints the result.
		return
	}
	v.options.write(string(line) + "\n")
}
