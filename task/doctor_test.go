package task_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"cggm/data"
	"cggm/objective"
	"cggm/sample"
	"cggm/task"
)

// rows makes a split of n samples with a vector and ragged tokens. Every
// sample is unlike those of other starts.
func rows(n int, start float32) parts {
	p := parts{
		vector: sample.Column{Layout: sample.Layout{Name: "vector", Dims: []int{2}}},
		text:   sample.Column{Layout: sample.Layout{Name: "text", Kind: sample.Int, Dims: []int{3}, Ragged: true}},
		label:  sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int}},
	}
	for i := range n {
		p.vector.Floats = append(p.vector.Floats, start+float32(i), -float32(i))
		p.text.Ints = append(p.text.Ints, int32(i%5), 1, 0)
		p.text.Lengths = append(p.text.Lengths, 2)
		p.label.Ints = append(p.label.Ints, int32(i%2))
		p.present = append(p.present, 1, 1)
	}
	return p
}

type parts struct {
	vector, text, label sample.Column
	present             []float32
}

func (p parts) set(t testing.TB) *sample.Set {
	t.Helper()
	s, err := sample.NewSet([]sample.Column{p.vector, p.text}, p.label, p.present)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExamine(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(d *task.Data, train, val, test *parts)
		groups *task.Groups
		want   []string // findings that must be there; with none: no error and no warning
	}{
		{name: "clean"},
		{
			name:   "label out of range",
			change: func(_ *task.Data, train, _, _ *parts) { train.label.Ints[4] = 2 },
			want:   []string{"error train/label 1 labels are not valid, first in sample 4: classification wants integers in [0,2)"},
		},
		{
			name: "absent class",
			change: func(_ *task.Data, _, val, test *parts) {
				clear(val.label.Ints)
				clear(test.label.Ints)
			},
			want: []string{"warning val/label 1 classes have no sample: [1]", "warning test/label 1 classes"},
		},
		{
			name: "not finite",
			change: func(_ *task.Data, _, val, _ *parts) {
				val.vector.Floats[2] = float32(math.NaN())
				val.vector.Floats[5] = float32(math.Inf(-1))
			},
			want: []string{"error val/vector 2 values are NaN or infinite, first in sample 1"},
		},
		{
			name: "constant",
			change: func(_ *task.Data, train, _, _ *parts) {
				for i := range 10 {
					train.vector.Floats[2*i+1] = 3
				}
			},
			want: []string{"warning train/vector 1 of 2 features are constant: 1"},
		},
		{
			name:   "token",
			change: func(_ *task.Data, _, _, test *parts) { test.text.Ints[0] = 5 },
			want:   []string{"error test/text 1 token ids outside [0,5), first in sample 0"},
		},
		{
			name:   "padding is not looked at",
			change: func(_ *task.Data, _, _, test *parts) { test.text.Ints[2] = 99 },
		},
		{
			name:   "empty text",
			change: func(_ *task.Data, train, _, _ *parts) { train.text.Lengths[3] = 0 },
			want:   []string{"warning train/text 1 samples are present but have length 0"},
		},
		{
			name:   "few missing",
			change: func(_ *task.Data, train, _, _ *parts) { train.present[1] = 0 },
			want:   []string{"info train/text missing in 1 samples (10.0 %)"},
		},
		{
			name: "never there",
			change: func(_ *task.Data, train, _, _ *parts) {
				for i := range 10 {
					train.present[2*i] = 0
				}
			},
			want: []string{"error train/vector missing in 10 samples (100.0 %)"},
		},
		{
			name:   "nothing there",
			change: func(_ *task.Data, _, val, _ *parts) { val.present[0], val.present[1] = 0, 0 },
			want:   []string{"error val 1 samples lack every modality"},
		},
		{
			name: "leak",
			change: func(_ *task.Data, train, _, test *parts) {
				copy(test.vector.Floats, train.vector.Floats[4:6])
				copy(test.text.Ints, train.text.Ints[6:9])
			},
			want: []string{
				"error test 1 samples (10.0 %) are identical in all modalities to a sample of train",
				"info test/vector 1 samples (10.0 %) are identical to one of train",
			},
		},
		{
			name: "alike without one modality",
			change: func(_ *task.Data, train, _, test *parts) {
				copy(test.vector.Floats, train.vector.Floats[4:6])
				train.present[5], test.present[1] = 0, 0
			},
		},
		{
			name: "repeat",
			change: func(_ *task.Data, train, _, _ *parts) {
				copy(train.vector.Floats[2:4], train.vector.Floats[:2])
				copy(train.text.Ints[3:6], train.text.Ints[:3])
			},
			want: []string{"info train 1 samples repeat an earlier one"},
		},
		{
			name:   "groups",
			groups: &task.Groups{{"a", "b"}, {"c"}, {"b", "b", "a"}},
			want:   []string{`error groups 2 groups are in two splits, for example ["b" in train and test "a" in train and test]`, "info test 2 groups"},
		},
		{
			name:   "shape",
			change: func(_ *task.Data, _, val, _ *parts) { val.vector.Dims = []int{2, 1} },
			want:   []string{"error val shapes vector float [2 1], text int [3], label int [] differ from those of train"},
		},
		{
			name:   "empty split",
			change: func(_ *task.Data, _, _, test *parts) { *test = rows(0, 0); test.text.Lengths = []int32{} },
			want:   []string{"error test no samples"},
		},
		{
			name:   "warnings of the task",
			change: func(d *task.Data, _, _, _ *parts) { d.Warnings = []string{"half of it is odd"} },
			want:   []string{"warning data half of it is odd"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := &task.Data{Info: task.Info{Task: objective.Classification, Outputs: 2, Vocabulary: []int{0, 5}}}
			train, val, last := rows(10, 0), rows(10, 100), rows(10, 200)
			if test.change != nil {
				test.change(d, &train, &val, &last)
			}
			d.Train, d.Val, d.Test = train.set(t), val.set(t), last.set(t)
			r, err := task.Examine(context.Background(), d, test.groups)
			if err != nil {
				t.Fatal(err)
			}
			if len(test.want) == 0 && r.Count(task.SeverityError)+r.Count(task.SeverityWarning) > 0 {
				t.Errorf("findings in good data:\n%v", r)
			}
			text := strings.Join(strings.Fields(strings.ReplaceAll(r.String(), "\n", " ; ")), " ")
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("no finding %q in\n%v", want, r)
				}
			}
		})
	}
}

func TestExamineLabels(t *testing.T) {
	for _, test := range []struct {
		name  string
		task  objective.Task
		label sample.Column
		want  []string
	}{
		{
			"regression", objective.Regression,
			sample.Column{Layout: sample.Layout{Name: "y", Dims: []int{2}}, Floats: []float32{1, 5, 3, 5}},
			[]string{"target 0: 1 to 3, mean 2", "error    train/y  target 1 is the same in all samples"},
		},
		{
			"multi-label", objective.MultiLabel,
			sample.Column{Layout: sample.Layout{Name: "y", Dims: []int{2}}, Floats: []float32{1, 0, 1, .5}},
			[]string{"1 labels are not valid, first in sample 1: multilabel wants 2 numbers, each 0 or 1", "0:2 1:0 largest 1.000"},
		},
		{
			"dense", objective.Dense,
			sample.Column{Layout: sample.Layout{Name: "y", Kind: sample.Int, Dims: []int{1, 2}}, Ints: []int32{0, 1, 1, -1}},
			[]string{"1 labels are not valid, first in sample 1: dense wants maps of integers in [0,2)", "0:1 1:2 largest 0.500"},
		},
		{
			"wrong kind", objective.Classification,
			sample.Column{Layout: sample.Layout{Name: "y"}, Floats: []float32{0, 1}},
			[]string{"2 labels are not valid, first in sample 0"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := sample.Column{Layout: sample.Layout{Name: "x", Dims: []int{1}}, Floats: []float32{1, 2}}
			s, err := sample.NewSet([]sample.Column{x}, test.label, nil)
			if err != nil {
				t.Fatal(err)
			}
			d := &task.Data{Info: task.Info{Task: test.task, Outputs: 2}, Splits: sample.Splits{Train: s, Val: s, Test: s}}
			r, err := task.Examine(context.Background(), d, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if !strings.Contains(r.String(), want) {
					t.Errorf("no finding %q in\n%v", want, r)
				}
			}
		})
	}
}

func TestDiagnose(t *testing.T) {
	failing := func(context.Context, task.Options) (*task.Data, *task.Groups, error) {
		return nil, nil, errors.Join(errors.New("a.csv: absent"), errors.New("b.csv: absent"))
	}
	r, err := task.Diagnose(context.Background(), task.Options{}, failing)
	if err != nil || len(r.Rows) != 2 || r.Rows[1] != (task.Finding{Severity: task.SeverityError, Subject: "data", Text: "b.csv: absent"}) {
		t.Errorf("report %+v, error %v", r, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := task.Diagnose(ctx, task.Options{}, failing); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// An error of a reader wraps several, but is one finding with its own text.
func TestComplain(t *testing.T) {
	bad := &data.FileError{Path: "a.h5", Found: "x", Want: "y", Err: errors.New("cause")}
	several := fmt.Errorf("%w and %w", errors.New("one"), errors.New("two"))
	if all := task.Split(errors.Join(bad, errors.Join(several, bad))); len(all) != 3 || all[0] != error(bad) || all[1] != several { //nolint:errorlint // they are returned as they are
		t.Errorf("%d errors: %q", len(all), all)
	}
	many := make([]error, 14)
	for i := range many {
		many[i] = fmt.Errorf("error %d", i)
	}
	var r task.Report
	r.Complain("file", errors.Join(many...))
	if n := len(r.Rows); n != 11 || r.Rows[10] != (task.Finding{Severity: task.SeverityError, Subject: "file", Text: "4 more errors"}) {
		t.Errorf("findings\n%v", &r)
	}
}

func ExampleReport() {
	var r task.Report
	r.Infof("train", "%d samples", 1284)
	r.Warnf("train/audio", "%d of %d features are constant: 3 9", 2, 73)
	fmt.Print(&r)
	fmt.Println("errors:", r.Count(task.SeverityError))
	// Output:
	// info     train        1284 samples
	// warning  train/audio  2 of 73 features are constant: 3 9
	// errors: 0
}
