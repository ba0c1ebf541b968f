package food101

import (
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"os"

	"cggm/data/picture"
	"cggm/sample"
	"cggm/task"
)

// mostShown bounds the findings of one kind.
const mostShown = 10

// splitNames are the splits in the order of a menu.
var splitNames = [3]string{"train", "val", "test"}

// Doctor looks for folders, tables and checkpoints, decodes every picture,
// counts the classes, and looks for pictures that are in two splits.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	r := &task.Report{}
	m, err := t.menu(o)
	if err != nil {
		r.Errorf("files", "%v", err)
		return r, ctx.Err()
	}
	if !m.generated {
		if err := inspect(ctx, r, m); err != nil {
			return nil, err
		}
	}
	if t.Small {
		if r.Count(task.SeverityError) > 0 {
			return r, nil
		}
		d, err := t.Open(ctx, o)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			r.Errorf("data", "%v", err)
			return r, nil
		}
		examined, err := task.Examine(ctx, d, nil)
		if err != nil {
			return nil, err
		}
		r.Rows = append(r.Rows, examined.Rows...)
		return r, nil
	}
	for _, w := range m.warnings {
		r.Warnf("data", "%s", w)
	}
	text, pictures, err := t.checkpoints(o.Dir)
	if err != nil {
		r.Errorf("checkpoints", "%v", err)
		return r, nil
	}
	r.Infof("checkpoints", "BERT in %s, vision transformer in %s", text, pictures)
	if r.Count(task.SeverityError) == 0 {
		t.firstSamples(ctx, r, o)
	}
	return r, ctx.Err()
}

// firstSamples sends one sample of each split through the frozen networks.
func (t Task) firstSamples(ctx context.Context, r *task.Report, o task.Options) {
	d, err := t.Open(ctx, o)
	if err == nil {
		err = few(ctx, r, d)
	}
	if err != nil && ctx.Err() == nil {
		r.Errorf("features", "%v", err)
	}
}

// inspect decodes all pictures and compares the splits.
func inspect(ctx context.Context, r *task.Report, m *menu) error {
	type place struct {
		split int
		path  string
	}
	seen := make(map[[32]byte]place)
	for i, dishes := range m.splits {
		sums, bad := make([][32]byte, len(dishes)), make([]error, len(dishes))
		extents := make([][2]int, len(dishes))
		err := each(ctx, len(dishes), func(k int) error {
			content, err := os.ReadFile(dishes[k].path)
			if err != nil {
				bad[k] = err
				return nil
			}
			sums[k] = sha256.Sum256(content)
			a, err := picture.Read(dishes[k].path, picture.Options{})
			if err != nil {
				bad[k] = err
				return nil
			}
			extents[k] = [2]int(a.Shape)
			return nil
		})
		if err != nil {
			return err
		}
		if err := errors.Join(bad...); err != nil {
			shown := 0
			for _, e := range bad {
				if e == nil {
					continue
				}
				if shown++; shown <= mostShown {
					r.Errorf(splitNames[i]+"/image", "%v: put back the published file, or delete it, and its title is left out", e)
				}
			}
			if shown > mostShown {
				r.Errorf(splitNames[i]+"/image", "%d more pictures cannot be read", shown-mostShown)
			}
		}
		shared, example := 0, ""
		for k, sum := range sums {
			if bad[k] != nil {
				continue
			}
			if other, ok := seen[sum]; ok && other.split != i {
				shared++
				example = dishes[k].path + " and " + other.path
			} else {
				seen[sum] = place{i, dishes[k].path}
			}
		}
		if shared > 0 {
			add := r.Warnf
			if float64(shared) > .05*float64(len(dishes)) {
				add = r.Errorf
			}
			add(splitNames[i], "%d pictures (%.1f %%) are also in an earlier split, such as %s", shared, 100*float64(shared)/float64(len(dishes)), example)
		}
		summarise(r, splitNames[i], m, dishes, extents)
	}
	return nil
}

// summarise reports counts of classes, extents of pictures and empty titles.
func summarise(r *task.Report, name string, m *menu, dishes []dish, extents [][2]int) {
	counts := make([]int, len(m.classes))
	empty, longest := 0, 0
	low, high := extents[0], extents[0]
	for k, d := range dishes {
		counts[d.class]++
		n := len(wordsOf(d.title))
		longest = max(longest, n)
		if n == 0 {
			empty++
		}
		for axis := range 2 {
			low[axis], high[axis] = min(low[axis], extents[k][axis]), max(high[axis], extents[k][axis])
		}
	}
	least, most := 0, 0
	for class, n := range counts {
		if n < counts[least] {
			least = class
		}
		if n > counts[most] {
			most = class
		}
	}
	r.Infof(name, "%d samples of %d classes: %d (%s) to %d (%s) each", len(dishes), len(counts), counts[least], m.classes[least], counts[most], m.classes[most])
	r.Infof(name+"/image", "pictures of %d x %d to %d x %d pixels", low[1], low[0], high[1], high[0])
	r.Infof(name+"/text", "titles of up to %d words", longest)
	if empty > 0 {
		r.Warnf(name+"/text", "%d titles have no words", empty)
	}
	if counts[least] == 0 {
		add := r.Warnf
		if name == "train" {
			add = r.Errorf
		}
		add(name, "class %s has no sample", m.classes[least])
	}
}

// few reads the first sample of each split.
func few(ctx context.Context, r *task.Report, d *task.Data) error {
	for i, s := range []sample.Source{d.Train, d.Val, d.Test} {
		b, err := s.Read(ctx, []int{0}, sample.Draw{})
		if err != nil {
			return err
		}
		for m := range b.Inputs {
			c := &b.Inputs[m]
			for _, v := range c.Floats {
				if wide := float64(v); math.IsNaN(wide) || math.IsInf(wide, 0) {
					r.Errorf(splitNames[i]+"/"+c.Name, "the features of the first sample have values that are no numbers: the checkpoint is damaged")
					break
				}
			}
			if i == 0 {
				r.Infof(splitNames[i]+"/"+c.Name, "features %v", c.Dims)
			}
		}
	}
	return nil
}
