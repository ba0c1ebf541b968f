package brats2021

import (
	"context"
	"fmt"
	"strings"

	"cggm/task"
)

// mostShown bounds the findings of one kind.
const mostShown = 10

// Doctor looks at the files of every patient: names, shapes, places in space,
// labels, and the values of all volumes that validation and test use and of
// one slice per training patient.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	r := &task.Report{}
	all, err := t.cohort(o)
	if err != nil {
		r.Complain("files", err)
		return r, ctx.Err()
	}
	var groups task.Groups
	for i, patients := range all.splits {
		bad := make([][]string, len(patients))
		err := each(ctx, len(patients), func(k int) error {
			bad[k] = patients[k].examine()
			return nil
		})
		if err != nil {
			return nil, err
		}
		shown := 0
		for k, p := range patients {
			groups[i] = append(groups[i], p.id)
			for _, text := range bad[k] {
				if shown++; shown <= mostShown {
					r.Errorf(splitNames[i]+"/"+p.id, "%s", text)
				}
			}
		}
		if shown > mostShown {
			r.Errorf(splitNames[i], "%d more findings of this kind", shown-mostShown)
		}
	}
	if r.Count(task.SeverityError) > 0 {
		return r, nil
	}
	d, err := t.open(ctx, all)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		r.Complain("labels", err)
		return r, nil
	}
	tumours(r, d)
	examined, err := task.Examine(ctx, d, &groups)
	if err != nil {
		return nil, err
	}
	for _, f := range examined.Rows {
		// Of labels one slice a patient says little; tumours counts them all.
		if !strings.HasSuffix(f.Subject, "/label") {
			r.Rows = append(r.Rows, f)
		}
	}
	return r, nil
}

// tumours reports the extents of the volumes and of the tumours, and the
// labels of all slices.
func tumours(r *task.Report, d *task.Data) {
	for i, src := range []any{d.Train, d.Val, d.Test} {
		s, ok := src.(*source)
		if !ok || len(s.patients) == 0 {
			continue
		}
		extents := make(map[string]int)
		least, most, slices := len(s.patients[0].tumour), 0, 0
		for _, p := range s.patients {
			extents[fmt.Sprintf("%dx%dx%d", p.rows, p.columns, len(p.tumour))]++
			n := len(p.diseased())
			least, most, slices = min(least, n), max(most, n), slices+n
		}
		var voxels [Classes]int
		for _, p := range s.patients {
			for y, n := range p.voxels {
				voxels[y] += n
			}
		}
		for y, n := range voxels {
			add := r.Infof
			if n == 0 && i == 0 {
				add = r.Errorf
			} else if n == 0 {
				add = r.Warnf
			}
			add(splitNames[i]+"/label", "class %d, %s: %d voxels in the crop of all slices", y, d.Classes[y], n)
		}
		r.Infof(splitNames[i], "%d patients, extents %v, %d slices with tumour (%d to %d a patient)", len(s.patients), extents, slices, least, most)
	}
}
