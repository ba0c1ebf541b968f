package task

import (
	"fmt"
	"math"
	"strings"

	"cggm/objective"
	"cggm/sample"
)

// labelFacts gathers what is known about the label of one split.
type labelFacts struct {
	sample.Layout
	task           objective.Task
	outputs        int
	count          []int // per class or label
	total          int   // labels of all positions
	broken, first  int   // values that the task cannot use, and the first sample with one
	low, high, sum []float64
}

func newLabelFacts(task objective.Task, outputs int, l sample.Layout) labelFacts {
	f := labelFacts{Layout: l, task: task, outputs: outputs, count: make([]int, outputs), sum: make([]float64, outputs)}
	for range outputs {
		f.low, f.high = append(f.low, math.Inf(1)), append(f.high, math.Inf(-1))
	}
	return f
}

func (f *labelFacts) bad(row int) {
	if f.broken == 0 {
		f.first = row
	}
	f.broken++
}

func (f *labelFacts) add(row, k int, c *sample.Column) {
	size := c.Size()
	switch f.task {
	case objective.Classification, objective.Dense:
		if c.Kind != sample.Int {
			f.bad(row)
			return
		}
		for _, y := range c.Ints[k*size:][:size] {
			f.total++
			if y < 0 || int(y) >= f.outputs {
				f.bad(row)
				continue
			}
			f.count[y]++
		}
	default:
		if c.Kind != sample.Float || size != f.outputs {
			f.bad(row)
			return
		}
		f.total++
		for j, y := range c.Floats[k*size:][:size] {
			wide := float64(y)
			if math.IsNaN(wide) || math.IsInf(wide, 0) || (f.task == objective.MultiLabel && y != 0 && y != 1) {
				f.bad(row)
				continue
			}
			if y == 1 {
				f.count[j]++
			}
			f.low[j], f.high[j], f.sum[j] = min(f.low[j], wide), max(f.high[j], wide), f.sum[j]+wide
		}
	}
}

func (f *labelFacts) report(r *Report, subject string, train bool) {
	if f.broken > 0 {
		valid := map[objective.Task]string{
			objective.Classification: fmt.Sprintf("integers in [0,%d)", f.outputs),
			objective.Dense:          fmt.Sprintf("maps of integers in [0,%d)", f.outputs),
			objective.MultiLabel:     fmt.Sprintf("%d numbers, each 0 or 1", f.outputs),
			objective.Regression:     fmt.Sprintf("%d finite numbers", f.outputs),
		}
		r.Errorf(subject, "%d labels are not valid, first in sample %d: %s wants %s", f.broken, f.first, f.task, valid[f.task])
	}
	if f.task == objective.Regression {
		for j := range min(f.outputs, 8) {
			r.Infof(subject, "target %d: %.4g to %.4g, mean %.4g", j, f.low[j], f.high[j], f.sum[j]/float64(max(1, f.total)))
			if train && f.low[j] == f.high[j] {
				r.Errorf(subject, "target %d is the same in all samples", j)
			}
		}
		return
	}
	r.Infof(subject, "%s", f.histogram())
	var absent []int
	for y, n := range f.count {
		if n == 0 {
			absent = append(absent, y)
		}
	}
	if len(absent) > 0 {
		add := r.Warnf
		if train {
			add = r.Errorf
		}
		add(subject, "%d classes have no sample: %v", len(absent), absent[:min(8, len(absent))])
	}
}

// histogram lists the counts of up to 20 classes.
func (f *labelFacts) histogram() string {
	var b strings.Builder
	best := 0
	for y, n := range f.count {
		best = max(best, n)
		if y < 20 {
			fmt.Fprintf(&b, "%d:%d ", y, n)
		}
	}
	if len(f.count) > 20 {
		fmt.Fprintf(&b, "... (%d classes) ", len(f.count))
	}
	fmt.Fprintf(&b, "largest %.3f", float64(best)/float64(max(1, f.total)))
	return b.String()
}
