// Package view shows trainings and their results as text: progress while they
// run, tables when they are done, and the same as JSON for programs.
package view

import (
	"io"
	"time"

	"cggm/experiment"
)

// View shows a training while it runs.
type View interface {
	experiment.Viewer
	// Close leaves the output in a state to go on writing to, whether the
	// training ended well or not.
	Close()
}

// Options are what all views have in common.
type Options struct {
	Out io.Writer
	// Runs is the number of trainings that will follow each other; 0 is one.
	Runs int
	// Score names the score to show first; "" is the first by name.
	Score string
	// ValIsTest marks all output: validation looks at the test set.
	ValIsTest bool
	// Width returns the terminal's columns at the moment; nil: 80.
	Width func() int
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

func (o Options) width() int {
	if o.Width != nil {
		if w := o.Width(); w > 0 {
			return w
		}
	}
	return 80
}

func (o Options) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

// write shows text. Output that nobody can read any more must not end a
// training, whose results are in its folder.
func (o Options) write(text string) {
	_, _ = io.WriteString(o.Out, text)
}

// mark is what every output carries when validation looks at the test set.
const mark = "val=test"
