package iemocap

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cggm/task"
)

// Doctor reads the configured fold as a whole and the names and labels of the
// other folds: files, names, shapes, values that are no numbers, labels,
// standardisation, and utterances and actors that are in two splits.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	r := &task.Report{}
	c, err := t.read(ctx, o)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if c != nil {
		c.describe(r)
		c.others(r)
	}
	if err != nil {
		r.Complain("data", err)
		return r, nil
	}
	d, err := t.data(c)
	if err != nil {
		r.Complain("data", err)
		return r, nil
	}
	var groups task.Groups
	for i, p := range c.parts {
		groups[i] = p.actors()
	}
	examined, err := task.Examine(ctx, d, &groups)
	if err != nil {
		return nil, err
	}
	r.Rows = append(r.Rows, examined.Rows...)
	for i, p := range c.parts {
		p.emotions(r, splitNames[i])
	}
	twins(r, c.parts)
	dialogues(r, c.parts)
	return r, nil
}

// actors lists those of the split, such as 1M, in order, without those that
// are not known.
func (p *part) actors() []string {
	var out []string
	for _, id := range p.ids {
		if actor, _ := actorOf(id); actor != "" && !slices.Contains(out, actor) {
			out = append(out, actor)
		}
	}
	slices.Sort(out)
	return out
}

// describe reports the files.
func (c *content) describe(r *task.Report) {
	if c.root == "" {
		return
	}
	r.Infof("target", "fold %d of %d in %s", c.fold, Folds, c.root)
	for _, s := range c.stored {
		size := int64(0)
		if info, err := os.Stat(s.path); err == nil {
			size = info.Size()
		}
		r.Infof("file", "%s, %.1f MB, %d utterances, %d of them in no split of this fold", s.path, float64(size)/1e6, s.utterances, s.unused)
	}
}

// others reports folds that are missing or damaged. Training does not need
// them, a cross-validation does.
func (c *content) others(r *task.Report) {
	if c.root == "" {
		return
	}
	var absent []string
	for fold := 1; fold <= Folds; fold++ {
		name := strconv.Itoa(fold)
		if _, err := os.Stat(filepath.Join(c.root, "target", name)); errors.Is(err, os.ErrNotExist) {
			absent = append(absent, name)
			continue
		}
		if fold == c.fold {
			continue
		}
		subject := "target/" + name
		parts, err := readFold(c.root, fold)
		if err != nil {
			r.Warnf(subject, "%v", task.Split(err)[0])
			continue
		}
		owner := make(map[string]int)
		for i, p := range parts {
			for _, actor := range p.actors() {
				if other, ok := owner[actor]; ok {
					r.Warnf(subject, "actor %s is in %s and %s", actor, splitNames[other], splitNames[i])
				}
				owner[actor] = i
			}
		}
	}
	if len(absent) > 0 {
		r.Warnf("target", "no fold %s: a cross-validation needs all %d", strings.Join(absent, ", "), Folds)
	}
}

// emotions reports the labels by name, and the actors.
func (p *part) emotions(r *task.Report, name string) {
	var counts [len(Emotions)]int
	for _, y := range p.labels {
		counts[y]++
	}
	var cells []string
	for y, n := range counts {
		cells = append(cells, fmt.Sprintf("%d %s", n, Emotions[y]))
	}
	r.Infof(name+"/emotion", "%s; actors %s", strings.Join(cells, ", "), strings.Join(p.actors(), ", "))
}

// twins reports utterances that occur twice.
func twins(r *task.Report, parts [3]*part) {
	owner := make(map[string]int)
	for i, p := range parts {
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

// dialogues reports conversations of which two splits have utterances. The two
// actors of a session talk to each other: validation and test of the published
// folds share theirs.
func dialogues(r *task.Report, parts [3]*part) {
	held := make([]map[string]bool, len(parts))
	for i, p := range parts {
		held[i] = make(map[string]bool)
		for _, id := range p.ids {
			if actor, _ := actorOf(id); actor != "" {
				held[i][id[:strings.LastIndex(id, "_")]] = true
			}
		}
	}
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
		shared := 0
		for dialogue := range held[pair[1]] {
			if held[pair[0]][dialogue] {
				shared++
			}
		}
		switch {
		case shared > 0 && pair[0] == 0:
			r.Warnf(splitNames[pair[1]], "%d of %d dialogues are in train too", shared, len(held[pair[1]]))
		case shared > 0:
			r.Infof(splitNames[pair[1]], "%d of %d dialogues are in val too, the other actor's part", shared, len(held[pair[1]]))
		}
	}
}
