package view

import (
	"fmt"
	"strings"
	"time"

	"cggm/experiment"
	"cggm/trainer"
)

// redraw is the least time between two pictures of the bar.
const redraw = 100 * time.Millisecond

// Bar shows progress on a terminal: a block of lines that is drawn over itself
// at most ten times a second.
type Bar struct {
	options Options
	begin   experiment.Beginning
	run     int
	lines   int // on the screen now
	drawn   time.Time
	started time.Time
	first   int // batches done before the first that was seen; -1: none seen
	done    int
	epoch   int
	sums    map[string]float64 // of reported scalars, over the epoch so far
	batches int                // that sums holds
	val     *trainer.Evaluation
	best    int // epoch with the best score, from 1; 0: none yet
}

// NewBar returns a view for terminals that understand ANSI sequences.
func NewBar(o Options) *Bar { return &Bar{options: o} }

var _ View = (*Bar)(nil)

// Begin draws the empty bar.
func (b *Bar) Begin(begin experiment.Beginning) {
	*b = Bar{options: b.options, run: b.run + 1, begin: begin, first: -1, started: b.options.now(), sums: make(map[string]float64)}
	b.draw()
}

// Step moves the bar.
func (b *Bar) Step(e trainer.StepEvent) {
	if b.first < 0 {
		b.first = e.Epoch*e.Batches + e.Batch
	}
	if e.Epoch != b.epoch {
		b.epoch, b.batches = e.Epoch, 0
		clear(b.sums)
	}
	b.done = e.Epoch*e.Batches + e.Batch + 1
	b.batches++
	for name, v := range e.Values {
		b.sums[name] += v
	}
	if b.options.now().Sub(b.drawn) >= redraw {
		b.draw()
	}
}

// Epoch shows the validation scores.
func (b *Bar) Epoch(e trainer.EpochEvent) {
	b.val = e.Val
	if e.Best {
		b.best = e.Epoch + 1
	}
	b.draw()
}

// End removes the bar, and leaves a line when there are several runs.
func (b *Bar) End(r *experiment.Result) {
	b.Close()
	if b.options.Runs > 1 {
		b.options.write(ending(r) + "\n")
	}
}

// Close removes the bar.
func (b *Bar) Close() {
	if b.lines > 0 {
		b.options.write(up(b.lines) + "\x1b[J")
		b.lines = 0
	}
}

func up(lines int) string { return fmt.Sprintf("\r\x1b[%dA", lines) }

// draw replaces the block by the current one, in a single write so that a
// terminal does not show half of it.
func (b *Bar) draw() {
	b.drawn = b.options.now()
	width := b.options.width() - 1 // a full line would wrap on some terminals
	var s strings.Builder
	if b.lines > 0 {
		s.WriteString(up(b.lines))
	}
	block := b.block(width)
	for _, line := range block {
		s.WriteString("\x1b[2K" + clip(line, width) + "\n")
	}
	b.lines = len(block)
	b.options.write(s.String() + "\x1b[J")
}

// block returns the lines to show.
func (b *Bar) block(width int) []string {
	means := make(map[string]float64, len(b.sums))
	for name, sum := range b.sums {
		means[name] = sum / float64(b.batches)
	}
	status := "loss " + lookup(means, "loss")
	score := ""
	if b.val != nil && len(b.val.Scores) > 0 {
		score = ordered(b.val.Scores, b.options.Score)[0]
		status += fmt.Sprintf("   val %s %s", score, number(b.val.Scores[score]))
		if b.best > 0 {
			status += fmt.Sprintf("   best epoch %d", b.best)
		}
	}
	lines := []string{heading(b.begin, b.run, b.options), b.progress(width), status}
	rows := [][]string{}
	factor := coefficients(means)
	for _, m := range b.begin.Modalities {
		row := []string{"  " + m, ""}
		if b.val != nil {
			for _, scores := range b.val.Modalities {
				if scores.Name == m {
					row[1] = "val " + lookup(scores.Scores, score)
				}
			}
		}
		if v, ok := factor[m]; ok {
			row = append(row, "coefficient "+number(v))
		}
		rows = append(rows, row)
	}
	return append(lines, align(rows, nil)...)
}

// progress returns the bar itself with what is left to do.
func (b *Bar) progress(width int) string {
	total := b.begin.Epochs * b.begin.BatchesEpoch
	share := 0.0
	if total > 0 {
		share = min(float64(b.done)/float64(total), 1)
	}
	digits := len(fmt.Sprint(b.begin.Epochs))
	before := fmt.Sprintf("epoch %*d/%d ", digits, min(b.epoch+1, b.begin.Epochs), b.begin.Epochs)
	after := fmt.Sprintf(" %3.0f %%  ETA %s", 100*share, b.eta(total))
	room := min(max(width-len(before)-len(after), 0), 40)
	full := int(share * float64(room))
	return before + strings.Repeat("█", full) + strings.Repeat("░", room-full) + after
}

// eta estimates the time to the last epoch from the pace of this process.
func (b *Bar) eta(total int) string {
	seen := b.done - b.first
	if b.first < 0 || seen <= 0 {
		return "-:--"
	}
	elapsed := b.options.now().Sub(b.started)
	return clock(time.Duration(float64(elapsed) / float64(seen) * float64(max(total-b.done, 0))))
}
