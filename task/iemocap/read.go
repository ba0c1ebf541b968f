package iemocap

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cggm/sample"
)

// content is what the folder holds of one fold.
type content struct {
	root     string
	fold     int
	parts    [3]*part
	warnings []string
	// stored are the files of features.
	stored []stored
}

// part is one split.
type part struct {
	ids    []string
	labels []int32
	inputs [3]input
}

// input is one modality of one split, padded with zeros.
type input struct {
	steps, width int
	values       []float32
	// lengths are the valid steps per sample.
	lengths []int32
	// long and empty are samples of more steps than fit, and of zeros only;
	// cleaned values were no numbers.
	long, empty, cleaned int
}

// column returns the modality as a ragged column.
func (in *input) column(m int) sample.Column {
	return sample.Column{
		Layout: sample.Layout{Name: Modalities[m], Dims: []int{in.steps, in.width}, Ragged: true},
		Floats: in.values, Lengths: in.lengths,
	}
}

// read reads a fold. The content holds what could be read, also with an error.
func read(ctx context.Context, root string, config Config) (*content, error) {
	c := &content{root: root, fold: config.Fold}
	var err error
	if c.parts, err = readFold(root, config.Fold); err != nil {
		return c, err
	}
	var errs []error
	for m := range Modalities {
		if err := c.readFeatures(ctx, m, config); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if len(errs) > 0 {
		return c, errors.Join(errs...)
	}
	if err := c.normalize(config); err != nil {
		return c, err
	}
	c.note()
	return c, nil
}

// names returns those of all splits, each once, in the order of the splits.
func (c *content) names() []string {
	var out []string
	seen := make(map[string]bool)
	for _, p := range c.parts {
		for _, id := range p.ids {
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out
}

// note warns about what was changed, what is unusual, and what is not known.
func (c *content) note() {
	warn := func(format string, args ...any) { c.warnings = append(c.warnings, fmt.Sprintf(format, args...)) }
	for i, p := range c.parts {
		for m, in := range p.inputs {
			subject := splitNames[i] + "/" + Modalities[m]
			if in.cleaned > 0 {
				warn("%s: %d values are NaN or infinite and count as 0", subject, in.cleaned)
			}
			if in.long > 0 {
				warn("%s: %d samples have more than %d steps: they end there", subject, in.long, in.steps)
			}
			if in.empty > 0 {
				warn("%s: %d samples are zeros only: one step counts", subject, in.empty)
			}
		}
		var strange []string
		for _, id := range p.ids {
			if actor, _ := actorOf(id); actor == "" {
				strange = append(strange, id)
			}
		}
		if len(strange) > 0 {
			warn("%s: %d names are not like Ses01F_impro01_F000, such as %q: nobody can tell whether their actors are in two splits",
				splitNames[i], len(strange), strange[0])
		}
	}
	for m, width := range publishedWidths {
		if got := c.parts[0].inputs[m].width; got != width {
			warn("%s has %d features per step, the published one %d", Modalities[m], got, width)
		}
	}
	if text := c.compare(); text != "" {
		warn("%s", text)
	}
}

// compare returns how the numbers of utterances differ from the published
// ones, "" where they do not.
func (c *content) compare() string {
	var sessions [len(publishedSessions)]int
	var emotions [len(Emotions)]int
	total := 0
	for _, p := range c.parts {
		for i, id := range p.ids {
			total++
			emotions[p.labels[i]]++
			if _, session := actorOf(id); session > 0 {
				sessions[session-1]++
			}
		}
	}
	if sessions == publishedSessions && emotions == publishedEmotions {
		return ""
	}
	return fmt.Sprintf("%d utterances, %v of the five sessions and %v %s; the published ones are 5531, %v and %v",
		total, sessions, emotions, slices.Clone(Emotions[:]), publishedSessions, publishedEmotions)
}
