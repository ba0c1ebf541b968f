package augment

import (
	"math"
	"slices"
)

// pixel returns the channels of a position.
func (m *Map) pixel(y, x int) []float32 {
	at := (y*m.Width + x) * m.Channels
	return m.Values[at : at+m.Channels : at+m.Channels]
}

// swap exchanges two positions.
func (m *Map) swap(y, x, v, u int) {
	a, b := m.pixel(y, x), m.pixel(v, u)
	for c := range a {
		a[c], b[c] = b[c], a[c]
	}
}

// FlipHorizontal mirrors left and right.
func FlipHorizontal(m *Map) {
	for y := range m.Height {
		for x := range m.Width / 2 {
			m.swap(y, x, y, m.Width-1-x)
		}
	}
}

// FlipVertical mirrors top and bottom.
func FlipVertical(m *Map) {
	for y := range m.Height / 2 {
		for x := range m.Width {
			m.swap(y, x, m.Height-1-y, x)
		}
	}
}

// Turn turns the map by 90 degrees counterclockwise; height and width change
// places.
func Turn(m *Map) {
	from := *m
	from.Values = slices.Clone(m.Values)
	m.Height, m.Width = from.Width, from.Height
	for y := range m.Height {
		for x := range m.Width {
			copy(m.pixel(y, x), from.pixel(x, from.Width-1-y))
		}
	}
}

// Rotate rotates the map about its centre, counterclockwise by an angle in
// degrees, with bilinear interpolation or, for labels, with the nearest
// position. What comes from outside is 0.
func Rotate(m *Map, degrees float64, nearest bool) {
	from := *m
	from.Values = slices.Clone(m.Values)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	middleY, middleX := float64(m.Height-1)/2, float64(m.Width-1)/2
	for y := range m.Height {
		for x := range m.Width {
			dy, dx := float64(y)-middleY, float64(x)-middleX
			v, u := middleY+dx*sin+dy*cos, middleX+dx*cos-dy*sin
			to := m.pixel(y, x)
			clear(to)
			if nearest {
				from.add(to, int(math.Round(v)), int(math.Round(u)), 1)
				continue
			}
			top, left := math.Floor(v), math.Floor(u)
			down, right := float32(v-top), float32(u-left)
			from.add(to, int(top), int(left), (1-down)*(1-right))
			from.add(to, int(top), int(left)+1, (1-down)*right)
			from.add(to, int(top)+1, int(left), down*(1-right))
			from.add(to, int(top)+1, int(left)+1, down*right)
		}
	}
}

// add adds the weighted position to sum; outside of the map it is 0.
func (m *Map) add(sum []float32, y, x int, weight float32) {
	if y < 0 || x < 0 || y >= m.Height || x >= m.Width {
		return
	}
	for c, v := range m.pixel(y, x) {
		sum[c] += weight * v
	}
}
