package mosi

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"

	"cggm/task"
)

// Doctor reads the whole pickle: keys, numbers of samples, shapes, values that
// are no numbers, labels, lengths, and utterances and videos that are in two
// splits.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	r := &task.Report{}
	c, err := t.read(ctx, o)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if c != nil {
		c.describe(r)
	}
	if err != nil {
		r.Complain("data", err)
		if c != nil {
			for _, w := range c.warnings {
				r.Warnf("data", "%s", w)
			}
		}
		return r, nil
	}
	d, err := t.data(c)
	if err != nil {
		r.Complain("data", err)
		return r, nil
	}
	var groups task.Groups
	for i, p := range c.parts {
		groups[i] = p.videos
	}
	examined, err := task.Examine(ctx, d, &groups)
	if err != nil {
		return nil, err
	}
	r.Rows = append(r.Rows, examined.Rows...)
	c.twins(r)
	for i, p := range c.parts {
		p.judge(r, splitNames[i])
	}
	return r, nil
}

// describe reports the file and the keys of its splits.
func (c *content) describe(r *task.Report) {
	if c.path != "" {
		size := int64(0)
		if info, err := os.Stat(c.path); err == nil {
			size = info.Size()
		}
		r.Infof("file", "%s, %.1f MB, in the layout of %s", c.path, float64(size)/1e6, c.layout)
	}
	for i, p := range c.parts {
		if p == nil {
			continue
		}
		r.Infof(splitNames[i], "keys %s", strings.Join(p.keys, ", "))
		for m, in := range p.inputs {
			if in.values != nil {
				r.Infof(splitNames[i]+"/"+Modalities[m], "array [%d, %d, %d]", in.rows, in.steps, in.width)
			}
		}
	}
}

// twins reports utterances that occur twice.
func (c *content) twins(r *task.Report) {
	owner := make(map[string]int)
	for i, p := range c.parts {
		var within, across []string
		for _, id := range p.ids {
			other, ok := owner[id]
			switch {
			case !ok:
				owner[id] = i
			case other == i:
				within = append(within, id)
			default:
				across = append(across, id)
			}
		}
		if len(within) > 0 {
			r.Warnf(splitNames[i]+"/id", "%d utterances occur again in the same split, such as %q", len(within), within[0])
		}
		if len(across) > 0 {
			r.Errorf(splitNames[i]+"/id", "%d utterances are in an earlier split too, such as %q: leave them out of one", len(across), across[0])
		}
	}
}

// judge reports the distribution of the labels, and classes that contradict
// them.
func (p *part) judge(r *task.Report, name string) {
	var counts [2*highest + 1]int
	negative, neutral := 0, 0
	for _, y := range p.labels {
		counts[int(math.RoundToEven(float64(y)))+highest]++
		switch {
		case y < 0:
			negative++
		case y == 0:
			neutral++
		}
	}
	var cells []string
	for k, n := range counts {
		cells = append(cells, fmt.Sprintf("%+d: %d", k-highest, n))
	}
	r.Infof(name+"/sentiment", "rounded %s; %d negative, %d neutral, %d positive",
		strings.Join(cells, ", "), negative, neutral, len(p.labels)-negative-neutral)
	wrong, first := 0, 0
	for i, class := range p.classes {
		want := 1
		if p.labels[i] < 0 {
			want = 0
		} else if p.labels[i] > 0 {
			want = 2
		}
		if class != want {
			if wrong == 0 {
				first = i
			}
			wrong++
		}
	}
	if wrong > 0 {
		r.Warnf(name+"/sentiment", "%d classification_labels are not the sign (0 negative, 1 neutral, 2 positive) of regression_labels, first in sample %d: one of them is not aligned with the data",
			wrong, first)
	}
}
