package task

import (
	"context"
	"fmt"
	"slices"

	"cggm/sample"
)

// Groups names the group of every sample of the three splits: the video,
// speaker or patient that it comes from. Nil where a split has no groups.
type Groups [3][]string

// splitNames are the splits in the order of Groups and Data.Fingerprints.
var splitNames = [3]string{"train", "val", "test"}

// chunk is the number of samples read at once.
const chunk = 256

// Examine checks open data: sizes, labels, values, lengths, missing
// modalities, and samples or groups that are in two splits. groups may be nil.
func Examine(ctx context.Context, d *Data, groups *Groups) (*Report, error) {
	r := &Report{}
	for _, w := range d.Warnings {
		r.Warnf("data", "%s", w)
	}
	sources := [3]sample.Source{d.Train, d.Val, d.Test}
	if !sameLayouts(r, sources) {
		return r, nil
	}
	var seen [3]*splitFacts
	for i, source := range sources {
		f := newSplitFacts(d, source)
		for start := 0; start < source.Len(); start += chunk {
			rows := make([]int, min(chunk, source.Len()-start))
			for k := range rows {
				rows[k] = start + k
			}
			b, err := source.Read(ctx, rows, sample.Draw{})
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				r.Errorf(splitNames[i], "samples %d to %d: %v", start, start+len(rows)-1, err)
				return r, nil
			}
			f.add(start, b)
		}
		seen[i] = f
	}
	for i, f := range seen {
		f.report(r, splitNames[i], i == 0)
	}
	reportOverlap(r, seen, sources[0].Inputs())
	if groups != nil {
		reportGroups(r, *groups)
	}
	return r, nil
}

// sameLayouts reports splits that are absent, empty or of another shape than
// the training split.
func sameLayouts(r *Report, sources [3]sample.Source) bool {
	for i, s := range sources {
		switch {
		case s == nil || s.Len() == 0:
			r.Errorf(splitNames[i], "no samples")
		case sources[0] == nil:
		default:
			want, got := sources[0].Inputs(), s.Inputs()
			if !slices.EqualFunc(want, got, equalLayout) || !equalLayout(sources[0].Label(), s.Label()) {
				r.Errorf(splitNames[i], "shapes %s differ from those of train, %s",
					describe(got, s.Label()), describe(want, sources[0].Label()))
			}
		}
	}
	return r.Count(SeverityError) == 0
}

func equalLayout(a, b sample.Layout) bool {
	return a.Name == b.Name && a.Kind == b.Kind && a.Ragged == b.Ragged && slices.Equal(a.Dims, b.Dims)
}

func describe(inputs []sample.Layout, label sample.Layout) string {
	out := ""
	for _, l := range append(slices.Clone(inputs), label) {
		out += fmt.Sprintf("%s %v %v, ", l.Name, l.Kind, l.Dims)
	}
	return out[:len(out)-2]
}

// reportOverlap reports test and validation samples that training has too.
// Whole samples matter; a single modality may repeat for good reasons.
func reportOverlap(r *Report, seen [3]*splitFacts, inputs []sample.Layout) {
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
		a, b := seen[pair[0]], seen[pair[1]]
		subject := splitNames[pair[1]]
		if n := common(a.whole, b.whole); n > 0 {
			share := float64(n) / float64(b.rows)
			add := r.Warnf
			if share > .05 {
				add = r.Errorf
			}
			add(subject, "%d samples (%.1f %%) are identical in all modalities to a sample of %s: the score on them is not a test",
				n, 100*share, splitNames[pair[0]])
		}
		for m, l := range inputs {
			if n := common(a.parts[m], b.parts[m]); n > 0 && len(inputs) > 1 {
				r.Infof(subject+"/"+l.Name, "%d samples (%.1f %%) are identical to one of %s in this modality",
					n, 100*float64(n)/float64(b.rows), splitNames[pair[0]])
			}
		}
	}
}

// common counts the samples of b that a holds too.
func common(a, b map[hash]int) int {
	n := 0
	for h, count := range b {
		if a[h] > 0 {
			n += count
		}
	}
	return n
}

// reportGroups reports groups that have samples in two splits.
func reportGroups(r *Report, groups Groups) {
	in := make(map[string]int)
	var both []string
	for i, names := range groups {
		distinct := make(map[string]bool)
		for _, g := range names {
			if distinct[g] {
				continue
			}
			distinct[g] = true
			if other, ok := in[g]; ok {
				both = append(both, fmt.Sprintf("%q in %s and %s", g, splitNames[other], splitNames[i]))
			} else {
				in[g] = i
			}
		}
		if len(names) > 0 {
			r.Infof(splitNames[i], "%d groups", len(distinct))
		}
	}
	if len(both) > 0 {
		shown := both[:min(3, len(both))]
		r.Errorf("groups", "%d groups are in two splits, for example %v: split by group so that nobody leaks", len(both), shown)
	}
}
