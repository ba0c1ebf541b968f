package compare

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// plotSize returns the size of the plot of one task.
func plotSize(methods int) (width, height vg.Length) {
	if methods > 15 {
		return 26 * vg.Centimeter, 18 * vg.Centimeter
	}
	return 16 * vg.Centimeter, 11 * vg.Centimeter
}

// Formats of plots.
const (
	SVG = "svg"
	PNG = "png"
)

// WritePlot draws every method by the time of a run and its mean test score with
// the interval, one panel per task. The format is SVG or PNG.
func (o *Outcome) WritePlot(w io.Writer, format string) error {
	var panels []*plot.Plot
	var width, height vg.Length
	for _, t := range o.Tasks {
		w, h := plotSize(len(t.Rows))
		width, height = max(width, w), max(height, h)
	}
	for _, t := range o.Tasks {
		p, err := t.plot(width, height)
		if err != nil {
			return fmt.Errorf("compare: plot %s: %w", t.Task, err)
		}
		if p != nil {
			panels = append(panels, p)
		}
	}
	if len(panels) == 0 {
		return errors.New("compare: plot: no method has a result to draw")
	}
	whole := height * vg.Length(len(panels))
	var canvas interface {
		vg.CanvasSizer
		io.WriterTo
	}
	switch format {
	case SVG:
		canvas = vgsvg.New(width, whole)
	case PNG:
		canvas = vgimg.PngCanvas{Canvas: vgimg.New(width, whole)}
	default:
		return fmt.Errorf("compare: plot format %q: choose %s or %s", format, SVG, PNG)
	}
	all := draw.New(canvas)
	for i, p := range panels {
		above := height * vg.Length(i)
		p.Draw(draw.Crop(all, 0, 0, whole-above-height, -above))
	}
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("compare: write the plot: %w", err)
	}
	return nil
}

// points are the methods of a task with where they are drawn.
type points struct {
	plotter.XYs
	plotter.YErrors
	names []string
}

// points returns what there is to draw, and whether times are ratios to joint
// training or else seconds.
func (t *TaskOutcome) points() (p *points, ratio bool) {
	p = &points{}
	joint := t.find("joint")
	ratio = joint != nil && joint.Cost != nil
	for _, row := range t.Rows {
		x := row.Seconds
		if ratio && row.Cost != nil {
			x = *row.Cost
		}
		if row.Test == nil || x <= 0 {
			continue
		}
		p.names = append(p.names, row.Method)
		p.XYs = append(p.XYs, plotter.XY{X: x, Y: row.Test.Mean})
		half := 0.
		if row.Test.High != nil {
			half = *row.Test.High - row.Test.Mean
		}
		p.YErrors = append(p.YErrors, struct{ Low, High float64 }{half, half})
	}
	return p, ratio
}

// plot draws the task for a canvas of the given size; nil without anything to
// draw.
func (t *TaskOutcome) plot(width, height vg.Length) (*plot.Plot, error) {
	points, ratio := t.points()
	if len(points.XYs) == 0 {
		return nil, nil
	}
	p := plot.New()
	p.Title.Text = t.Task
	if t.Missing > 0 {
		p.Title.Text += " (incomplete)"
	}
	p.X.Label.Text, p.Y.Label.Text = "seconds of a run", strings.ReplaceAll(t.scoreName(), "_", " ")
	if ratio {
		p.X.Label.Text = "time of a run, against joint"
	}
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, doublings{}
	p.Add(plotter.NewGrid())
	bars, err := plotter.NewYErrorBars(points)
	if err != nil {
		return nil, err
	}
	bars.Color = color.Gray{Y: 160}
	marks, err := plotter.NewScatter(points)
	if err != nil {
		return nil, err
	}
	marks.Shape, marks.Color = draw.CircleGlyph{}, color.RGBA{R: 31, G: 90, B: 160, A: 255}
	p.Add(bars, marks)
	// Names stand to the right of their points.
	span := p.X.Max / p.X.Min
	p.X.Min, p.X.Max = p.X.Min/math.Max(1.02, math.Pow(span, .05)), p.X.Max*math.Max(1.1, math.Pow(span, .2))
	for _, label := range points.labels(p, width, height) {
		p.Add(label)
	}
	p.Title.Padding = vg.Points(6)
	return p, nil
}

// doublings puts ticks at powers of two, closer over a short range.
type doublings struct{}

// Ticks implements plot.Ticker.
func (doublings) Ticks(low, high float64) []plot.Tick {
	step := 1.
	switch {
	case high/low < 2:
		step = .125
	case high/low < 8:
		step = .5
	}
	var ticks []plot.Tick
	for e := math.Ceil(math.Log2(low)/step) * step; e <= math.Log2(high); e += step {
		v := math.Pow(2, e)
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.3g", v)})
	}
	return ticks
}
