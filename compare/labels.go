package compare

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Size of the letters of a label, about.
const (
	letterWidth  = vg.Length(5.5)
	letterHeight = vg.Length(11)
)

// leader is a thin line from a point to a name that stands elsewhere.
type leader struct {
	from plotter.XY
	to   vg.Point // from the point
}

// Plot implements plot.Plotter.
func (l leader) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	start := vg.Point{X: x(l.from.X), Y: y(l.from.Y)}
	c.StrokeLine2(draw.LineStyle{Color: color.Gray{Y: 190}, Width: vg.Points(.4)}, start.X, start.Y, start.X+l.to.X, start.Y+l.to.Y)
}

// labels names the points on a plot of the given size. A name that would cover
// another one moves up or down until it is free, and a line leads to it.
func (p *points) labels(on *plot.Plot, width, height vg.Length) []plot.Plotter {
	type box struct{ x, y, width vg.Length }
	var taken []box
	free := func(b box) bool {
		for _, t := range taken {
			if b.x < t.x+t.width && t.x < b.x+b.width && math.Abs(float64(b.y-t.y)) < float64(letterHeight) {
				return false
			}
		}
		return true
	}
	place := func(xy plotter.XY) (x, y vg.Length) {
		return width * vg.Length(math.Log(xy.X/on.X.Min)/math.Log(on.X.Max/on.X.Min)),
			height * vg.Length((xy.Y-on.Y.Min)/max(on.Y.Max-on.Y.Min, 1e-9))
	}
	for _, xy := range p.XYs {
		x, y := place(xy)
		taken = append(taken, box{x - 3, y, 6})
	}
	var all []plot.Plotter
	for i, name := range p.names {
		at := box{width: letterWidth * vg.Length(len(name))}
		at.x, at.y = place(p.XYs[i])
		at.x += 4
		shift := vg.Length(0)
		for n := 0; n < 2*len(p.names); n++ {
			// 0, 1 up, 1 down, 2 up, ...
			shift = letterHeight * vg.Length((n+1)/2*(1-2*((n+1)%2)))
			inside := at.y+shift > 0 && at.y+shift < height
			if inside && free(box{at.x, at.y + shift, at.width}) {
				break
			}
		}
		at.y += shift
		taken = append(taken, at)
		labels, err := plotter.NewLabels(plotter.XYLabels{XYs: p.XYs[i : i+1], Labels: []string{name}})
		if err != nil {
			continue // the point has been drawn, so it has a place
		}
		labels.Offset = vg.Point{X: vg.Points(4), Y: shift - vg.Points(3)}
		if shift != 0 {
			all = append(all, leader{p.XYs[i], vg.Point{X: vg.Points(3), Y: shift}})
		}
		all = append(all, labels)
	}
	return all
}
