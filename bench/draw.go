package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// draw writes a drawing of the growth, named after the axis, to the folder.
func (g growth) draw(folder string) (err error) {
	p, err := g.plot()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(folder, g.axis.name+".svg"))
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, file.Close()) }()
	canvas := vgsvg.New(14*vg.Centimeter, 9*vg.Centimeter)
	p.Draw(draw.New(canvas))
	_, err = canvas.WriteTo(file)
	return err
}

// plot returns one line per contestant, over axes that start at 0.
func (g growth) plot() (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "One joint training step, dropout on"
	p.X.Label.Text, p.Y.Label.Text = g.axis.unit, "seconds"
	p.X.Min, p.Y.Min = 0, 0
	p.Legend.Top, p.Legend.Left = true, g.axis.name != "threads"
	p.Add(plotter.NewGrid())
	var ticks []plot.Tick
	for _, v := range g.axis.values {
		ticks = append(ticks, plot.Tick{Value: float64(v), Label: strconv.Itoa(v)})
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
	var lines []any
	for label, points := range g.lines() {
		lines = append(lines, label, points)
	}
	return p, plotutil.AddLinePoints(p, lines...)
}

// lines yields every contestant's medians by value, in the order of the
// contestants.
func (g growth) lines() func(yield func(string, plotter.XYs) bool) {
	var labels []string
	points := make(map[string]plotter.XYs)
	for i, entries := range g.entries {
		for _, e := range entries {
			if !slices.Contains(labels, e.side.label) {
				labels = append(labels, e.side.label)
			}
			points[e.side.label] = append(points[e.side.label], plotter.XY{X: float64(g.axis.values[i]), Y: e.median()})
		}
	}
	return func(yield func(string, plotter.XYs) bool) {
		for _, label := range labels {
			if !yield(label, points[label]) {
				return
			}
		}
	}
}
