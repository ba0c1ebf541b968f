package view

import (
	"fmt"
	"strings"
	"time"

	"cggm/experiment"
	"cggm/trainer"
)

// Plain writes a line an epoch, for logs and pipes.
type Plain struct {
	options Options
	begin   experiment.Beginning
	run     int
	// began is when training began, first when the first batch of this process
	// ended, and steps counts those after it; told says that the time to go has
	// been written.
	began, first time.Time
	steps        int
	told         bool
}

// NewPlain returns a view that writes plain lines.
func NewPlain(o Options) *Plain { return &Plain{options: o} }

var _ View = (*Plain)(nil)

// Begin writes what is about to run.
func (p *Plain) Begin(b experiment.Beginning) {
	p.begin, p.began, p.first, p.steps, p.told = b, p.options.now(), time.Time{}, 0, false
	p.run++
	verb := "train"
	if b.Resumed {
		verb = "resume"
	}
	p.options.write(fmt.Sprintf("%s %s: %s; %d train, %d val, %d test samples; %d parameters; %d epochs of %d batches; engine %s\nrun %s\n",
		verb, heading(b, p.run, p.options), strings.Join(b.Modalities, " + "), b.Train, b.Val, b.Test,
		b.Parameters, b.Epochs, b.BatchesEpoch, b.Backend, b.Run))
}

// heading names a run: its method, task, seed, and place among several.
func heading(b experiment.Beginning, run int, o Options) string {
	s := fmt.Sprintf("%s on %s, seed %d", b.Method, b.Task, b.Seed)
	if o.Runs > 1 {
		s += fmt.Sprintf(" (run %d of %d)", run, o.Runs)
	}
	if o.ValIsTest {
		s += " [" + mark + "]"
	}
	return s
}

// settled is for how long batches are timed before the time to go is told,
// long the least time that is worth telling, and slow the time of the very
// first batch from which on it is told too.
const (
	settled = 5 * time.Second
	long    = 2 * time.Minute
	slow    = 20 * time.Second
)

// Step tells once, after the first batches, how long all epochs will take. The
// very first batch does not count, since it builds the graphs; where it is slow
// it gives a bound.
func (p *Plain) Step(e trainer.StepEvent) {
	if p.told {
		return
	}
	now := p.options.now()
	left := p.begin.Epochs*e.Batches - (e.Epoch*e.Batches + e.Batch + 1)
	if p.first.IsZero() {
		p.first = now
		if took := now.Sub(p.began); took >= slow && took*time.Duration(left) >= long {
			p.tell("at most", took, left, " so far")
		}
		return
	}
	p.steps++
	elapsed := now.Sub(p.first)
	if elapsed < settled {
		return
	}
	p.told = true
	if pace := elapsed / time.Duration(p.steps); pace*time.Duration(left) >= long {
		p.tell("about", pace, left, "")
	}
}

// tell writes the time that so many batches take at a pace.
func (p *Plain) tell(about string, pace time.Duration, left int, which string) {
	epochs := "epochs"
	if p.begin.Epochs == 1 {
		epochs = "epoch"
	}
	p.options.write(fmt.Sprintf("%s %s for %d %s, %s a batch%s; Ctrl-C stops, cggm train --resume %s continues\n",
		about, rough(pace*time.Duration(left)), p.begin.Epochs, epochs, seconds(pace.Seconds()), which, p.begin.Run))
}

// rough formats a long duration with its largest unit.
func rough(d time.Duration) string {
	switch h := d.Hours(); {
	case h >= 48:
		return fmt.Sprintf("%.1f days", h/24)
	case h >= 1:
		return fmt.Sprintf("%.1f h", h)
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}

// Epoch writes one line.
func (p *Plain) Epoch(e trainer.EpochEvent) {
	var b strings.Builder
	digits := len(fmt.Sprint(e.Epochs))
	fmt.Fprintf(&b, "epoch %*d/%d  loss %s", digits, e.Epoch+1, e.Epochs, lookup(e.Train, "loss"))
	if e.Val != nil {
		name := "val"
		if p.options.ValIsTest {
			name = mark
		}
		names := ordered(e.Val.Scores, p.options.Score)
		for _, score := range names {
			fmt.Fprintf(&b, "  %s %s %s", name, score, number(e.Val.Scores[score]))
		}
		for _, m := range e.Val.Modalities {
			fmt.Fprintf(&b, "  %s %s", m.Name, lookup(m.Scores, names[0]))
		}
	}
	c := coefficients(e.Train)
	for _, m := range p.begin.Modalities {
		if v, ok := c[m]; ok {
			fmt.Fprintf(&b, "  B(%s) %s", m, number(v))
		}
	}
	fmt.Fprintf(&b, "  %s%s", seconds(e.Time.Seconds()), starved(e.Wait.Seconds(), e.Time.Seconds()))
	if e.Best {
		b.WriteString("  best")
	}
	p.options.write(b.String() + "\n")
}

// End writes a line for each of several runs, and an empty one before what
// follows the last.
func (p *Plain) End(r *experiment.Result) {
	if p.options.Runs > 1 {
		p.options.write(ending(r) + "\n")
	}
	if p.run >= p.options.Runs {
		p.options.write("\n")
	}
}

// ending is the result of one run of several in a line.
func ending(r *experiment.Result) string {
	val := "val"
	if r.ValIsTest {
		val = mark
	}
	return fmt.Sprintf("%s, seed %d: %s %s %s, test %s, %s, %s", r.Method, r.Seed, r.Primary,
		val, lookup(r.Scores.Val, r.Primary), lookup(r.Scores.Test, r.Primary), seconds(r.Seconds), r.Run)
}

// Close does nothing.
func (p *Plain) Close() {}
